#include <stdio.h>
#include <string.h>

static char plan[402][408];
static int distance[402][402];
static int queue[402 * 402][2];

int main(void) {
    int rows, columns, head = 0, tail = 0;
    if (scanf("%d %d", &rows, &columns) != 2) return 1;
    memset(plan, '#', sizeof plan);
    memset(distance, -1, sizeof distance);
    for (int y = 1; y <= rows; y++) {
        if (scanf("%401s", plan[y] + 1) != 1) return 1;
        plan[y][columns + 1] = '#';
        for (int x = 1; x <= columns; x++) {
            if (plan[y][x] == 'E') {
                distance[y][x] = 0;
                queue[tail][0] = y;
                queue[tail++][1] = x;
            }
        }
    }
    static const int moves[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    for (; head < tail; head++) {
        for (int m = 0; m < 4; m++) {
            int y = queue[head][0] + moves[m][0], x = queue[head][1] + moves[m][1];
            if (plan[y][x] == '#' || distance[y][x] >= 0) continue;
            distance[y][x] = distance[queue[head][0]][queue[head][1]] + 1;
            queue[tail][0] = y;
            queue[tail++][1] = x;
        }
    }
    int out = 0, longest = 0;
    long long steps = 0;
    for (int y = 1; y <= rows; y++) {
        for (int x = 1; x <= columns; x++) {
            if (plan[y][x] != 'P' || distance[y][x] < 0) continue;
            out++;
            steps += distance[y][x];
            if (distance[y][x] > longest) longest = distance[y][x];
        }
    }
    printf("out: %d\nsteps: %lld\nlongest: %d\n", out, steps, longest);
    return 0;
}
