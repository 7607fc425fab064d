#include <stdio.h>
#include <stdlib.h>

struct line {
    int a;
    long long s, p, k, d;
    struct line *next;
};

static struct line *first[4001];
static int settled[4001];
static long long late[4001];

int main(void) {
    int n, m;
    if (scanf("%d %d", &n, &m) != 2) return 1;
    for (int i = 0; i <= n; i++) late[i] = -1;
    if (scanf("%lld", &late[n]) != 1) return 1;
    for (int i = 0; i < m; i++) {
        struct line *one = malloc(sizeof *one);
        int b;
        if (scanf("%d %d %lld %lld %lld %lld", &one->a, &b, &one->s, &one->p, &one->k, &one->d) != 6) return 1;
        one->next = first[b];
        first[b] = one;
    }
    for (;;) {
        int town = 0;
        for (int i = 1; i <= n; i++) {
            if (!settled[i] && late[i] > late[town]) town = i;
        }
        if (town < 2) break;
        settled[town] = 1;
        /* Mistake: there need not be a line that ends in the town. */
        struct line *one = first[town];
        do {
            long long spare = late[town] - one->d - one->s;
            if (spare >= 0) {
                long long bus = spare / one->p < one->k ? spare / one->p : one->k - 1;
                if (one->s + bus * one->p > late[one->a]) late[one->a] = one->s + bus * one->p;
            }
            one = one->next;
        } while (one != NULL);
    }
    printf("%lld\n", late[1]);
    return 0;
}
