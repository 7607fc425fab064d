import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        int m = Integer.parseInt(words.nextToken());
        int seats = Integer.parseInt(words.nextToken());
        int walk = Integer.parseInt(words.nextToken());
        var queue = new ArrayDeque<Integer>();
        for (int i = 0; i < n; i++) {
            queue.add(Integer.parseInt(words.nextToken()) + walk);
        }
        int left = 0;
        long waiting = 0;
        for (int bus = 0; bus < m; bus++) {
            int departure = Integer.parseInt(words.nextToken());
            for (int seat = 0; seat < seats && !queue.isEmpty() && queue.peek() <= departure; seat++) {
                waiting += departure - queue.remove();
                left++;
            }
        }
        System.out.println(left + " " + waiting);
    }
}
