import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.StringTokenizer;

class Main {
    record Way(int to, int day) {}

    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        int m = Integer.parseInt(words.nextToken());
        List<List<Way>> ways = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            ways.add(new ArrayList<>());
        }
        for (int day = 1; day <= m; day++) {
            int a = Integer.parseInt(words.nextToken());
            int b = Integer.parseInt(words.nextToken());
            ways.get(a).add(new Way(b, day));
            ways.get(b).add(new Way(a, day));
        }
        // The way to an island that holds longest: as long as its bridge that is closed first.
        int[] lost = new int[n + 1];
        boolean[] done = new boolean[n + 1];
        var queue = new PriorityQueue<Way>((a, b) -> b.day - a.day);
        queue.add(new Way(1, m + 1));
        while (!queue.isEmpty()) {
            Way last = queue.remove();
            if (done[last.to]) {
                continue;
            }
            done[last.to] = true;
            lost[last.to] = last.day;
            for (Way next : ways.get(last.to)) {
                if (!done[next.to]) {
                    queue.add(new Way(next.to, Math.min(last.day, next.day)));
                }
            }
        }
        var out = new StringBuilder();
        for (int island = 2; island <= n; island++) {
            out.append(lost[island]).append('\n');
        }
        System.out.print(out);
    }
}
