#include <stdio.h>
#include <stdlib.h>

struct stop {
    int floor, index;
};

static int compare(const void *left, const void *right) {
    const struct stop *a = left, *b = right;
    if (a->floor != b->floor) return a->floor < b->floor ? -1 : 1;
    return a->index - b->index;
}

int main(void) {
    static struct stop stops[30000];
    int n, best = -1;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d", &stops[i].floor) != 1) return 1;
        stops[i].index = i;
    }
    qsort(stops, n, sizeof stops[0], compare);
    for (int i = 1; i < n; i++) {
        int gap = stops[i].index - stops[i - 1].index;
        if (stops[i].floor == stops[i - 1].floor && (best == -1 || gap < best)) best = gap;
    }
    printf("%d\n", best);
    return 0;
}
