#include <stdio.h>

static struct signal {
    int time, altitude;
} signals[40000];

static double largest_rate(int n) {
    /* TODO: return the largest climb rate. */
    return 0;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d %d", &signals[i].time, &signals[i].altitude) != 2) return 1;
    }
    printf("%.9f\n", largest_rate(n));
    return 0;
}
