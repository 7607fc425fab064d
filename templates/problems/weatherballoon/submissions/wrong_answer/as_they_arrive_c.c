#include <stdio.h>

int main(void) {
    /* Mistake: compares signals that arrive one after the other, not those sent one after the other. */
    int n, before, low;
    double best = -1e9;
    if (scanf("%d %d %d", &n, &before, &low) != 3) return 1;
    for (int i = 1; i < n; i++) {
        int time, altitude;
        if (scanf("%d %d", &time, &altitude) != 2) return 1;
        double rate = (double)(altitude - low) / (time - before);
        if (rate > best) best = rate;
        before = time;
        low = altitude;
    }
    printf("%.9f\n", best);
    return 0;
}
