#include <stdlib.h>

static long long rest[20000];

/* By falling rest. */
static int compare(const void *left, const void *right) {
    long long a = rest[*(const int *)left], b = rest[*(const int *)right];
    return (a < b) - (a > b);
}

long long warn_all(int n, const int caller[], const int minutes[]) {
    /* The list of a person stands in `called` from first[person] up to first[person + 1]. */
    int *first = calloc(n + 1, sizeof *first), *filled = calloc(n, sizeof *filled), *called = calloc(n, sizeof *called);
    for (int i = 1; i < n; i++) first[caller[i] + 1]++;
    for (int i = 0; i < n; i++) first[i + 1] += first[i];
    for (int i = 1; i < n; i++) called[first[caller[i]] + filled[caller[i]]++] = i;
    for (int person = n - 1; person >= 0; person--) {
        int *list = called + first[person], count = first[person + 1] - first[person];
        long long now = 0;
        qsort(list, count, sizeof *list, compare);
        rest[person] = 0;
        for (int i = 0; i < count; i++) {
            now += minutes[list[i]];
            if (now + rest[list[i]] > rest[person]) rest[person] = now + rest[list[i]];
        }
    }
    free(first);
    free(filled);
    free(called);
    return rest[0];
}
