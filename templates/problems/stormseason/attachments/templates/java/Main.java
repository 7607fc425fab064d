import java.util.Scanner;

public class Main {
    static int[] daysOfLoss(int n, int[][] bridges) {
        // TODO: return the days of loss by island; places 0 and 1 are not used, a bridge is a pair of islands.
        return new int[n + 1];
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int m = in.nextInt();
        int[][] bridges = new int[m][2];
        for (int[] bridge : bridges) {
            bridge[0] = in.nextInt();
            bridge[1] = in.nextInt();
        }
        int[] days = daysOfLoss(n, bridges);
        StringBuilder out = new StringBuilder();
        for (int island = 2; island <= n; island++) {
            out.append(days[island]).append('\n');
        }
        System.out.print(out);
    }
}
