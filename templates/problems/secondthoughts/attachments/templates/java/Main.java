import java.util.Scanner;

public class Main {
    static String finalText(String keys) {
        // TODO: return the text that stands on the page in the end.
        return "";
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        String text = finalText(n == 0 ? "" : in.next());
        System.out.println(text.isEmpty() ? "(empty)" : text);
    }
}
