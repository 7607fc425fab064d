import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.StringTokenizer;

class Main {
    record Line(int a, long s, long p, long k, long d) {}

    record Stay(int town, long minute) {}

    static StringTokenizer words;

    public static void main(String[] args) throws IOException {
        words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = (int) next();
        int m = (int) next();
        long t = next();
        List<List<Line>> into = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            into.add(new ArrayList<>());
        }
        for (int i = 0; i < m; i++) {
            int a = (int) next();
            into.get((int) next()).add(new Line(a, next(), next(), next(), next()));
        }
        long[] late = new long[n + 1];
        java.util.Arrays.fill(late, -1);
        late[n] = t;
        var queue = new PriorityQueue<Stay>((x, y) -> Long.compare(y.minute, x.minute));
        queue.add(new Stay(n, t));
        while (!queue.isEmpty()) {
            Stay stay = queue.remove();
            if (stay.minute < late[stay.town]) {
                continue;
            }
            for (Line line : into.get(stay.town)) {
                long latest = stay.minute - line.d;
                if (latest < line.s) {
                    continue;
                }
                long minute = line.s + Math.min(line.k - 1, (latest - line.s) / line.p) * line.p;
                if (minute > late[line.a]) {
                    late[line.a] = minute;
                    queue.add(new Stay(line.a, minute));
                }
            }
        }
        System.out.println(late[1]);
    }

    static long next() {
        return Long.parseLong(words.nextToken());
    }
}
