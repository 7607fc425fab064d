import java.util.Scanner;

public class Main {
    static long bestWalk(int[] altitudes, int[] points) {
        // TODO: return the largest sum of points of stops that are each strictly higher than the one before.
        return 0;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int[] altitudes = new int[n];
        int[] points = new int[n];
        for (int i = 0; i < n; i++) {
            altitudes[i] = in.nextInt();
            points[i] = in.nextInt();
        }
        System.out.println(bestWalk(altitudes, points));
    }
}
