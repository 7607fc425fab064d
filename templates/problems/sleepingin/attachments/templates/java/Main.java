import java.util.Scanner;

public class Main {
    record Line(int a, int b, long s, long p, long k, long d) {}

    static long latestStart(int n, long t, Line[] lines) {
        // TODO: return the latest minute at which Nora can board her first bus, or -1.
        return -2;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int m = in.nextInt();
        long t = in.nextLong();
        Line[] lines = new Line[m];
        for (int i = 0; i < m; i++) {
            lines[i] = new Line(in.nextInt(), in.nextInt(), in.nextLong(), in.nextLong(), in.nextLong(), in.nextLong());
        }
        System.out.println(latestStart(n, t, lines));
    }
}
