#include <stdio.h>

static char plan[400][401];

static void drill(int rows, int columns, int *out, long long *steps, int *longest) {
    /* TODO: find how many people get out, the sum of their steps and the longest walk. */
    *out = 0;
    *steps = 0;
    *longest = 0;
}

int main(void) {
    int rows, columns, out, longest;
    long long steps;
    if (scanf("%d %d", &rows, &columns) != 2) return 1;
    for (int y = 0; y < rows; y++) {
        if (scanf("%400s", plan[y]) != 1) return 1;
    }
    drill(rows, columns, &out, &steps, &longest);
    printf("out: %d\nsteps: %lld\nlongest: %d\n", out, steps, longest);
    return 0;
}
