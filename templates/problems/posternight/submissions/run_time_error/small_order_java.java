import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        // Mistake: an order can be larger than what an int holds.
        int needed = Integer.parseInt(words.nextToken());
        long[] numbers = new long[3 * n];
        for (int i = 0; i < 3 * n; i++) {
            numbers[i] = Long.parseLong(words.nextToken());
        }
        long tooEarly = -1, enough = 1_000_000_001_000_001L;
        while (enough - tooEarly > 1) {
            long middle = (tooEarly + enough) / 2, posters = 0;
            for (int i = 0; i < 3 * n; i += 3) {
                posters += Math.min(numbers[i + 2], Math.max(0, middle - numbers[i]) / numbers[i + 1]);
            }
            if (posters < needed) {
                tooEarly = middle;
            } else {
                enough = middle;
            }
        }
        System.out.println(enough > 1_000_000_001_000_000L ? -1 : enough);
    }
}
