#include <stdio.h>

static int altitudes[30000], points[30000];

static long long best_walk(int n) {
    /* TODO: return the largest sum of points of stops that are each strictly higher than the one before. */
    return 0;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d %d", &altitudes[i], &points[i]) != 2) return 1;
    }
    printf("%lld\n", best_walk(n));
    return 0;
}
