#include <stdio.h>

static char keys[120001], text[120001];

static void final_text(void) {
    /* TODO: write the text that stands on the page in the end into `text`, ended by '\0'. */
    text[0] = '\0';
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    if (n > 0 && scanf("%120000s", keys) != 1) return 1;
    final_text();
    printf("%s\n", text[0] == '\0' ? "(empty)" : text);
    return 0;
}
