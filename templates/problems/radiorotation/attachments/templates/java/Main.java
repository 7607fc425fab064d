import java.util.Scanner;

public class Main {
    static int[] longestBlock(String[] artists, int k) {
        // TODO: return the length of the longest allowed block and the number of its first song (from 1).
        return new int[] {0, 0};
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int k = in.nextInt();
        String[] artists = new String[n];
        for (int i = 0; i < n; i++) {
            artists[i] = in.next();
        }
        int[] block = longestBlock(artists, k);
        System.out.println(block[0] + " " + block[1]);
    }
}
