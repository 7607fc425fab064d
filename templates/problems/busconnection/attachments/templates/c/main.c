#include <stdio.h>

static int arrivals[20000], buses[20000];

static void connect(int n, int m, int seats, int walk, int *left, long long *waiting) {
    /* TODO: find how many hikers leave by bus and their minutes of waiting in all. */
    *left = -1;
    *waiting = -1;
}

int main(void) {
    int n, m, seats, walk, left;
    long long waiting;
    if (scanf("%d %d %d %d", &n, &m, &seats, &walk) != 4) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d", &arrivals[i]) != 1) return 1;
    }
    for (int i = 0; i < m; i++) {
        if (scanf("%d", &buses[i]) != 1) return 1;
    }
    connect(n, m, seats, walk, &left, &waiting);
    printf("%d %lld\n", left, waiting);
    return 0;
}
