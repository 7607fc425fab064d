import java.util.Scanner;

public class Main {
    static long[] connect(int seats, int walk, int[] arrivals, int[] buses) {
        // TODO: return how many hikers leave by bus and their minutes of waiting in all.
        return new long[] {-1, -1};
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int m = in.nextInt();
        int seats = in.nextInt();
        int walk = in.nextInt();
        int[] arrivals = new int[n];
        int[] buses = new int[m];
        for (int i = 0; i < n; i++) {
            arrivals[i] = in.nextInt();
        }
        for (int i = 0; i < m; i++) {
            buses[i] = in.nextInt();
        }
        long[] result = connect(seats, walk, arrivals, buses);
        System.out.println(result[0] + " " + result[1]);
    }
}
