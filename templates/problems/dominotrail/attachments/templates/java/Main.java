import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

public class Main {
    record Domino(int left, int right) {}

    static List<Domino> longestTrail(List<Domino> dominoes) {
        // TODO: return a longest trail from left to right.
        return List.of(new Domino(-1, -1));
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        List<Domino> dominoes = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            dominoes.add(new Domino(in.nextInt(), in.nextInt()));
        }
        List<Domino> trail = longestTrail(dominoes);
        System.out.println(trail.size());
        for (Domino domino : trail) {
            System.out.println(domino.left + " " + domino.right);
        }
    }
}
