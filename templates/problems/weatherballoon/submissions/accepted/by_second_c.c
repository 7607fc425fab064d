#include <stdio.h>

/* Altitude by time: there are few enough seconds to need no sorting. */
static int altitudes[1000001];
static char sent[1000001];

int main(void) {
    int n, before = -1;
    double best = -1e9;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        int time;
        if (scanf("%d", &time) != 1 || scanf("%d", &altitudes[time]) != 1) return 1;
        sent[time] = 1;
    }
    for (int time = 0; time <= 1000000; time++) {
        if (!sent[time]) continue;
        if (before >= 0) {
            double rate = (double)(altitudes[time] - altitudes[before]) / (time - before);
            if (rate > best) best = rate;
        }
        before = time;
    }
    printf("%.9f\n", best);
    return 0;
}
