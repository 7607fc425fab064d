#include <stdio.h>

static int n, dominoes[13][2];
/* Lengths are one too large, so that 0 says that nothing is known yet. */
static signed char lengths[1 << 13][7], choices[1 << 13][7];

static int other_half(int i, int number) {
    if (dominoes[i][0] == number) return dominoes[i][1];
    return dominoes[i][1] == number ? dominoes[i][0] : -1;
}

static int longest(int used, int end) {
    if (lengths[used][end] > 0) return lengths[used][end] - 1;
    int best = 0;
    for (int i = 0; i < n; i++) {
        if (used >> i & 1 || other_half(i, end) < 0) continue;
        int length = 1 + longest(used | 1 << i, other_half(i, end));
        if (length > best) {
            best = length;
            choices[used][end] = (signed char)i;
        }
    }
    lengths[used][end] = (signed char)(best + 1);
    return best;
}

int main(void) {
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d %d", &dominoes[i][0], &dominoes[i][1]) != 2) return 1;
    }
    int end = 0;
    for (int number = 1; number < 7; number++) {
        if (longest(0, number) > longest(0, end)) end = number;
    }
    int length = longest(0, end);
    printf("%d\n", length);
    for (int used = 0; length > 0; length--) {
        int choice = choices[used][end], other = other_half(choice, end);
        printf("%d %d\n", end, other);
        used |= 1 << choice;
        end = other;
    }
    return 0;
}
