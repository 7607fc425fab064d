import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        // Best sums by altitude of the last stop; kept so that a higher altitude always has a larger sum.
        TreeMap<Long, Long> sums = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            long altitude = Long.parseLong(words.nextToken());
            long points = Long.parseLong(words.nextToken());
            Map.Entry<Long, Long> lower = sums.lowerEntry(altitude);
            long total = points + (lower == null ? 0 : lower.getValue());
            Map.Entry<Long, Long> floor = sums.floorEntry(altitude);
            if (total <= (floor == null ? 0 : floor.getValue())) {
                continue;
            }
            sums.put(altitude, total);
            for (var next = sums.higherEntry(altitude); next != null && next.getValue() <= total; ) {
                sums.remove(next.getKey());
                next = sums.higherEntry(altitude);
            }
        }
        System.out.println(sums.isEmpty() ? 0 : sums.lastEntry().getValue());
    }
}
