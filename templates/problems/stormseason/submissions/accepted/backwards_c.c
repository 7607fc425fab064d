#include <stdio.h>

/* Bridges of an island that are open, as linked lists: `first` by island, `next` by end of a bridge. */
static int ends[60000], next[60000], first[15001], lost[15001], fresh[15001];

int main(void) {
    int n, m;
    if (scanf("%d %d", &n, &m) != 2) return 1;
    for (int i = 0; i < 2 * m; i++) {
        if (scanf("%d", &ends[i]) != 1) return 1;
    }
    for (int island = 1; island <= n; island++) {
        first[island] = -1;
        lost[island] = -1;
    }
    lost[1] = 0;
    for (int day = m; day > 0; day--) {
        for (int end = 2 * day - 2; end < 2 * day; end++) {
            next[end] = first[ends[end]];
            first[ends[end]] = end;
        }
        int a = ends[2 * day - 2], b = ends[2 * day - 1], count = 0;
        if ((lost[a] < 0) == (lost[b] < 0)) continue;
        fresh[count++] = lost[a] < 0 ? a : b;
        lost[fresh[0]] = day;
        while (count > 0) {
            int island = fresh[--count];
            for (int end = first[island]; end >= 0; end = next[end]) {
                int other = ends[end ^ 1];
                if (lost[other] >= 0) continue;
                lost[other] = day;
                fresh[count++] = other;
            }
        }
    }
    for (int island = 2; island <= n; island++) printf("%d\n", lost[island] < 0 ? 0 : lost[island]);
    return 0;
}
