#include <stdio.h>

static struct line {
    int a, b;
    long long s, p, k, d;
} lines[10000];

static long long latest_start(int n, int m, long long t) {
    /* TODO: return the latest minute at which Nora can board her first bus, or -1. */
    return -2;
}

int main(void) {
    int n, m;
    long long t;
    if (scanf("%d %d %lld", &n, &m, &t) != 3) return 1;
    for (struct line *one = lines; one < lines + m; one++) {
        if (scanf("%d %d %lld %lld %lld %lld", &one->a, &one->b, &one->s, &one->p, &one->k, &one->d) != 6) return 1;
    }
    printf("%lld\n", latest_start(n, m, t));
    return 0;
}
