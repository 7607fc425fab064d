#include <stdio.h>

static int bridges[30000][2];
static int days[15001];

static void days_of_loss(int n, int m) {
    /* TODO: set days[i] to the day on which island i loses its supply, for i from 2 to n. */
    for (int island = 2; island <= n; island++) days[island] = -1;
}

int main(void) {
    int n, m;
    if (scanf("%d %d", &n, &m) != 2) return 1;
    for (int i = 0; i < m; i++) {
        if (scanf("%d %d", &bridges[i][0], &bridges[i][1]) != 2) return 1;
    }
    days_of_loss(n, m);
    for (int island = 2; island <= n; island++) printf("%d\n", days[island]);
    return 0;
}
