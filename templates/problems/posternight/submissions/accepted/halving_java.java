import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var words = new StringTokenizer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        int n = Integer.parseInt(words.nextToken());
        long needed = Long.parseLong(words.nextToken());
        long[][] printers = new long[n][3];
        for (long[] printer : printers) {
            for (int i = 0; i < 3; i++) {
                printer[i] = Long.parseLong(words.nextToken());
            }
        }
        long tooEarly = -1, enough = 1_000_000_001_000_000L;
        if (finished(printers, enough) < needed) {
            System.out.println(-1);
            return;
        }
        while (enough - tooEarly > 1) {
            long middle = (tooEarly + enough) / 2;
            if (finished(printers, middle) < needed) {
                tooEarly = middle;
            } else {
                enough = middle;
            }
        }
        System.out.println(enough);
    }

    static long finished(long[][] printers, long minute) {
        long posters = 0;
        for (long[] printer : printers) {
            posters += Math.min(printer[2], Math.max(0, minute - printer[0]) / printer[1]);
        }
        return posters;
    }
}
