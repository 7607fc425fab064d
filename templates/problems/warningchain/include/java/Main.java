import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.StringTokenizer;

public class Main {
    public static void main(String[] args) throws IOException {
        // The answer goes to the real standard output, whatever the solution prints to standard error.
        PrintStream answer = System.out;
        System.setOut(System.err);
        StringTokenizer words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        int[] caller = new int[n];
        int[] minutes = new int[n];
        for (int[] row : new int[][] {caller, minutes}) {
            for (int i = 1; i < n; i++) {
                row[i] = Integer.parseInt(words.nextToken());
            }
        }
        answer.println(new Solution().warnAll(caller, minutes));
    }
}
