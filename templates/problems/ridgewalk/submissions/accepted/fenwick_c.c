#include <stdio.h>
#include <stdlib.h>

static int altitudes[30000], points[30000], sorted[30000];
static long long tree[30001];

static int compare(const void *left, const void *right) {
    int a = *(const int *)left, b = *(const int *)right;
    return (a > b) - (a < b);
}

int main(void) {
    int n, size = 0;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d %d", &altitudes[i], &points[i]) != 2) return 1;
        sorted[i] = altitudes[i];
    }
    qsort(sorted, n, sizeof sorted[0], compare);
    for (int i = 0; i < n; i++) {
        if (size == 0 || sorted[size - 1] != sorted[i]) sorted[size++] = sorted[i];
    }
    long long best = 0;
    for (int k = 0; k < n; k++) {
        int *found = bsearch(&altitudes[k], sorted, size, sizeof sorted[0], compare);
        int rank = (int)(found - sorted) + 1;
        long long total = 0;
        for (int i = rank - 1; i > 0; i &= i - 1) {
            if (tree[i] > total) total = tree[i];
        }
        total += points[k];
        if (total > best) best = total;
        for (int i = rank; i <= size; i += i & -i) {
            if (tree[i] < total) tree[i] = total;
        }
    }
    printf("%lld\n", best);
    return 0;
}
