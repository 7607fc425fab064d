import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        Map<Integer, Integer> last = new HashMap<>();
        int best = -1;
        for (int i = 0; i < n; i++) {
            Integer before = last.put(Integer.parseInt(words.nextToken()), i);
            if (before != null && (best == -1 || i - before < best)) {
                best = i - before;
            }
        }
        System.out.println(best);
    }
}
