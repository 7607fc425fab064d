import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        int k = Integer.parseInt(words.nextToken());
        String[] artists = new String[n];
        Map<String, Integer> counts = new HashMap<>();
        int left = 0, best = 0, start = 0;
        for (int right = 0; right < n; right++) {
            artists[right] = words.nextToken();
            counts.merge(artists[right], 1, Integer::sum);
            while (counts.get(artists[right]) > k) {
                counts.merge(artists[left++], -1, Integer::sum);
            }
            if (right - left + 1 > best) {
                best = right - left + 1;
                start = left + 1;
            }
        }
        System.out.println(best + " " + start);
    }
}
