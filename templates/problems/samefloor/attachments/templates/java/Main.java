import java.util.Scanner;

public class Main {
    static int closestReturn(int[] floors) {
        // TODO: return the smallest distance between two stops at the same floor, or -1.
        return -1;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int[] floors = new int[n];
        for (int i = 0; i < n; i++) {
            floors[i] = in.nextInt();
        }
        System.out.println(closestReturn(floors));
    }
}
