#include <stdio.h>

static long long w[10000], p[10000], c[10000];

static long long finished(int n, long long minute) {
    long long posters = 0;
    for (int i = 0; i < n; i++) {
        if (minute <= w[i]) continue;
        long long own = (minute - w[i]) / p[i];
        posters += own < c[i] ? own : c[i];
    }
    return posters;
}

int main(void) {
    int n;
    long long needed, low = 0, high = 1000000001000000;
    if (scanf("%d %lld", &n, &needed) != 2) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%lld %lld %lld", &w[i], &p[i], &c[i]) != 3) return 1;
    }
    if (finished(n, high) < needed) {
        puts("-1");
        return 0;
    }
    while (low < high) {
        long long middle = (low + high) / 2;
        if (finished(n, middle) >= needed) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    printf("%lld\n", low);
    return 0;
}
