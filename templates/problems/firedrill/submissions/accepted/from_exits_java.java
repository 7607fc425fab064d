import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in));
        var size = new StringTokenizer(in.readLine());
        int rows = Integer.parseInt(size.nextToken());
        int width = Integer.parseInt(size.nextToken()) + 2;
        char[] squares = new char[(rows + 2) * width];
        Arrays.fill(squares, '#');
        for (int y = 1; y <= rows; y++) {
            String line = in.readLine();
            line.getChars(0, width - 2, squares, y * width + 1);
        }
        int[] distance = new int[squares.length];
        int[] queue = new int[squares.length];
        int tail = 0;
        for (int i = 0; i < squares.length; i++) {
            distance[i] = squares[i] == 'E' ? 0 : -1;
            if (distance[i] == 0) {
                queue[tail++] = i;
            }
        }
        int[] moves = {-width, -1, 1, width};
        for (int head = 0; head < tail; head++) {
            for (int move : moves) {
                int next = queue[head] + move;
                if (squares[next] != '#' && distance[next] < 0) {
                    distance[next] = distance[queue[head]] + 1;
                    queue[tail++] = next;
                }
            }
        }
        int out = 0, longest = 0;
        long steps = 0;
        for (int i = 0; i < squares.length; i++) {
            if (squares[i] == 'P' && distance[i] >= 0) {
                out++;
                steps += distance[i];
                longest = Math.max(longest, distance[i]);
            }
        }
        System.out.println("out: " + out);
        System.out.println("steps: " + steps);
        System.out.println("longest: " + longest);
    }
}
