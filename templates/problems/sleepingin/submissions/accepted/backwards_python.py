import sys
from heapq import heappop, heappush


def main():
    n, m, t, *numbers = map(int, sys.stdin.read().split())
    into = [[] for _ in range(n + 1)]
    for i in range(0, 6 * m, 6):
        into[numbers[i + 1]].append(i)
    settled = [False] * (n + 1)
    # Minutes are negative, so that the latest one is the smallest.
    queue = [(-t, n)]
    while queue:
        minute, town = heappop(queue)
        if settled[town]:
            continue
        if town == 1:
            print(-minute)
            return
        settled[town] = True
        for i in into[town]:
            a, _, s, p, k, d = numbers[i : i + 6]
            latest = -minute - d
            if latest >= s and not settled[a]:
                heappush(queue, (-(s + min(k - 1, (latest - s) // p) * p), a))
    print(-1)


main()
