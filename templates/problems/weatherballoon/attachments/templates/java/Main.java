import java.util.Locale;
import java.util.Scanner;

public class Main {
    static double largestRate(int[] times, int[] altitudes) {
        // TODO: return the largest climb rate.
        return 0;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int[] times = new int[n];
        int[] altitudes = new int[n];
        for (int i = 0; i < n; i++) {
            times[i] = in.nextInt();
            altitudes[i] = in.nextInt();
        }
        System.out.println(String.format(Locale.ROOT, "%.9f", largestRate(times, altitudes)));
    }
}
