import java.util.Scanner;

class Main {
    static int n;
    static int[][] dominoes;
    static int[][] lengths;
    static int[][] choices;

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        n = in.nextInt();
        dominoes = new int[n][2];
        for (int[] domino : dominoes) {
            domino[0] = in.nextInt();
            domino[1] = in.nextInt();
        }
        // Lengths are one too large, so that 0 says that nothing is known yet.
        lengths = new int[1 << n][7];
        choices = new int[1 << n][7];
        int end = 0;
        for (int number = 1; number < 7; number++) {
            if (longest(0, number) > longest(0, end)) {
                end = number;
            }
        }
        var out = new StringBuilder();
        int length = longest(0, end);
        out.append(length).append('\n');
        for (int used = 0; length > 0; length--) {
            int choice = choices[used][end];
            out.append(end).append(' ');
            end = other(choice, end);
            out.append(end).append('\n');
            used |= 1 << choice;
        }
        System.out.print(out);
    }

    static int longest(int used, int end) {
        if (lengths[used][end] > 0) {
            return lengths[used][end] - 1;
        }
        int best = 0;
        for (int i = 0; i < n; i++) {
            if ((used >> i & 1) != 0 || other(i, end) < 0) {
                continue;
            }
            int length = 1 + longest(used | 1 << i, other(i, end));
            if (length > best) {
                best = length;
                choices[used][end] = i;
            }
        }
        lengths[used][end] = best + 1;
        return best;
    }

    static int other(int i, int number) {
        int[] domino = dominoes[i];
        return domino[0] == number ? domino[1] : domino[1] == number ? domino[0] : -1;
    }
}
