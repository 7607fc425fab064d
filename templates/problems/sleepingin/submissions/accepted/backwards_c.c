#include <stdio.h>

static struct line {
    int a, b, next;
    long long s, p, k, d;
} lines[10001];

/* Lines into a town as linked lists, 0 is the end. */
static int first[4001], settled[4001];
static long long late[4001];

int main(void) {
    int n, m;
    if (scanf("%d %d", &n, &m) != 2) return 1;
    for (int i = 0; i <= n; i++) late[i] = -1;
    if (scanf("%lld", &late[n]) != 1) return 1;
    for (int i = 1; i <= m; i++) {
        struct line *one = &lines[i];
        if (scanf("%d %d %lld %lld %lld %lld", &one->a, &one->b, &one->s, &one->p, &one->k, &one->d) != 6) return 1;
        one->next = first[one->b];
        first[one->b] = i;
    }
    for (;;) {
        int town = 0;
        for (int i = 1; i <= n; i++) {
            if (!settled[i] && late[i] > late[town]) town = i;
        }
        if (town == 0) break;
        settled[town] = 1;
        for (int i = first[town]; i != 0; i = lines[i].next) {
            long long spare = late[town] - lines[i].d - lines[i].s;
            if (spare < 0) continue;
            long long bus = spare / lines[i].p;
            if (bus > lines[i].k - 1) bus = lines[i].k - 1;
            long long minute = lines[i].s + bus * lines[i].p;
            if (minute > late[lines[i].a]) late[lines[i].a] = minute;
        }
    }
    printf("%lld\n", late[1]);
    return 0;
}
