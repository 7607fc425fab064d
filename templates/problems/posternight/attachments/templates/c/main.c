#include <stdio.h>

static struct printer {
    long long w, p, c;
} printers[10000];

static long long first_minute(int n, long long needed) {
    /* TODO: return the first minute at which enough posters are finished, or -1. */
    return -2;
}

int main(void) {
    int n;
    long long needed;
    if (scanf("%d %lld", &n, &needed) != 2) return 1;
    for (int i = 0; i < n; i++) {
        struct printer *one = &printers[i];
        if (scanf("%lld %lld %lld", &one->w, &one->p, &one->c) != 3) return 1;
    }
    printf("%lld\n", first_minute(n, needed));
    return 0;
}
