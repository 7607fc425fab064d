import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        TreeMap<Integer, Integer> altitudes = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            altitudes.put(Integer.parseInt(words.nextToken()), Integer.parseInt(words.nextToken()));
        }
        double best = Double.NEGATIVE_INFINITY;
        Map.Entry<Integer, Integer> before = null;
        for (var signal : altitudes.entrySet()) {
            if (before != null) {
                double climb = signal.getValue() - before.getValue();
                best = Math.max(best, climb / (signal.getKey() - before.getKey()));
            }
            before = signal;
        }
        System.out.println(best);
    }
}
