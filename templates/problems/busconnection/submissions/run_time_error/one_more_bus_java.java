import java.util.Scanner;

class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt(), m = in.nextInt(), seats = in.nextInt(), walk = in.nextInt();
        int[] arrivals = in.tokens().limit(n).mapToInt(Integer::parseInt).toArray();
        int[] buses = in.tokens().limit(m).mapToInt(Integer::parseInt).toArray();
        int bus = 0, taken = 0;
        long waiting = 0;
        for (int arrival : arrivals) {
            // Mistake: takes it that there is always one more bus.
            while (taken == seats || buses[bus] < arrival + walk) {
                bus++;
                taken = 0;
            }
            taken++;
            waiting += buses[bus] - arrival - walk;
        }
        System.out.println(n + " " + waiting);
    }
}
