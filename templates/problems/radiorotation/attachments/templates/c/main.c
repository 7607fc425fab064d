#include <stdio.h>

static char artists[50000][21];

static void longest_block(int n, int k, int *length, int *start) {
    /* TODO: set the length of the longest allowed block and the number of its first song (from 1). */
    *length = 0;
    *start = 0;
}

int main(void) {
    int n, k, length, start;
    if (scanf("%d %d", &n, &k) != 2) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%20s", artists[i]) != 1) return 1;
    }
    longest_block(n, k, &length, &start);
    printf("%d %d\n", length, start);
    return 0;
}
