#include <stdio.h>

static int floors[30000];

static int closest_return(int n) {
    /* TODO: return the smallest distance between two stops at the same floor, or -1. */
    return -1;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d", &floors[i]) != 1) return 1;
    }
    printf("%d\n", closest_return(n));
    return 0;
}
