/* Both arrays have n numbers, n is at most 20000. */
long long warn_all(int n, const int caller[], const int minutes[]) {
    /* TODO: return the number of minutes until everybody has been warned. */
    return -1;
}
