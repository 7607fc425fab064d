#include <stdio.h>

static char keys[120001], text[120001];

int main(void) {
    int n, length = 0, known = 0;
    if (scanf("%d", &n) != 1) return 1;
    if (n > 0 && scanf("%120000s", keys) != 1) return 1;
    /* What was taken off lies behind the end of the text, the latest letter first. */
    for (const char *key = keys; *key != '\0'; key++) {
        if (*key == '<') {
            if (length > 0) length--;
        } else if (*key == '>') {
            if (length < known) length++;
        } else {
            text[length++] = *key;
            known = length;
        }
    }
    text[length] = '\0';
    printf("%s\n", length == 0 ? "(empty)" : text);
    return 0;
}
