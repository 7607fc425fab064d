import java.util.Scanner;

public class Main {
    static long[] drill(String[] plan) {
        // TODO: return how many people get out, the sum of their steps and the longest walk.
        return new long[] {0, 0, 0};
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int rows = in.nextInt();
        int columns = in.nextInt();
        String[] plan = new String[rows];
        for (int y = 0; y < rows; y++) {
            plan[y] = in.next();
        }
        long[] result = drill(plan);
        System.out.println("out: " + result[0]);
        System.out.println("steps: " + result[1]);
        System.out.println("longest: " + result[2]);
    }
}
