#include <stdio.h>
#include <unistd.h>

#include "solution.c"

int main(void) {
    static int driver_caller[20000], driver_minutes[20000];
    int answer = dup(1), n;
    /* The answer goes to the real standard output, whatever the solution prints to standard error. */
    dup2(2, 1);
    if (scanf("%d", &n) != 1 || n < 1 || n > 20000) return 1;
    for (int i = 1; i < n; i++) {
        if (scanf("%d", &driver_caller[i]) != 1) return 1;
    }
    for (int i = 1; i < n; i++) {
        if (scanf("%d", &driver_minutes[i]) != 1) return 1;
    }
    long long result = warn_all(n, driver_caller, driver_minutes);
    fflush(stdout);
    dprintf(answer, "%lld\n", result);
    return 0;
}
