import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

class Main {
    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in));
        int n = Integer.parseInt(in.readLine().trim());
        String keys = n == 0 ? "" : in.readLine();
        // What was taken off lies behind the end of the text, the latest letter first.
        char[] letters = new char[n];
        int length = 0, known = 0;
        for (int i = 0; i < n; i++) {
            char key = keys.charAt(i);
            if (key == '<') {
                length = Math.max(0, length - 1);
            } else if (key == '>') {
                length = Math.min(known, length + 1);
            } else {
                letters[length++] = key;
                known = length;
            }
        }
        System.out.println(length == 0 ? "(empty)" : new String(letters, 0, length));
    }
}
