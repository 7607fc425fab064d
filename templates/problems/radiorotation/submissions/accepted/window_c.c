#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char names[50000][24];
static char *sorted[50000];
static int counts[50000];

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void) {
    int n, k, distinct = 0;
    static int artist[50000];
    if (scanf("%d %d", &n, &k) != 2) return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%23s", names[i]) != 1) return 1;
        sorted[i] = names[i];
    }
    qsort(sorted, n, sizeof sorted[0], compare);
    for (int i = 0; i < n; i++) {
        if (distinct == 0 || strcmp(sorted[distinct - 1], sorted[i]) != 0) sorted[distinct++] = sorted[i];
    }
    for (int i = 0; i < n; i++) {
        char *key = names[i];
        char **found = bsearch(&key, sorted, distinct, sizeof sorted[0], compare);
        artist[i] = (int)(found - sorted);
    }
    int left = 0, best = 0, start = 0;
    for (int right = 0; right < n; right++) {
        counts[artist[right]]++;
        while (counts[artist[right]] > k) counts[artist[left++]]--;
        if (right - left + 1 > best) {
            best = right - left + 1;
            start = left + 1;
        }
    }
    printf("%d %d\n", best, start);
    return 0;
}
