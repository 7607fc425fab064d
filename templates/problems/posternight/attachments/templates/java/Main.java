import java.util.Scanner;

public class Main {
    static long firstMinute(long needed, long[] w, long[] p, long[] c) {
        // TODO: return the first minute at which enough posters are finished, or -1.
        return -2;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        long needed = in.nextLong();
        long[] w = new long[n];
        long[] p = new long[n];
        long[] c = new long[n];
        for (int i = 0; i < n; i++) {
            w[i] = in.nextLong();
            p[i] = in.nextLong();
            c[i] = in.nextLong();
        }
        System.out.println(firstMinute(needed, w, p, c));
    }
}
