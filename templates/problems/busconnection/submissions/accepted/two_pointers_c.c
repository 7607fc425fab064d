#include <stdio.h>

static int arrivals[20000], buses[20000];

int main(void) {
    int n, m, seats, walk, left = 0, bus = 0, taken = 0;
    long long waiting = 0;
    if (scanf("%d %d %d %d", &n, &m, &seats, &walk) != 4) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d", &arrivals[i]) != 1) return 1;
    }
    for (int i = 0; i < m; i++) {
        if (scanf("%d", &buses[i]) != 1) return 1;
    }
    while (left < n && bus < m) {
        int ready = arrivals[left] + walk;
        if (taken == seats || buses[bus] < ready) {
            bus++;
            taken = 0;
        } else {
            waiting += buses[bus] - ready;
            left++;
            taken++;
        }
    }
    printf("%d %lld\n", left, waiting);
    return 0;
}
