import sys


def main():
    # Right, but follows every journey back, however many lead through the same town.
    n, m, t, *numbers = map(int, sys.stdin.read().split())
    into = [[] for _ in range(n + 1)]
    for i in range(0, 6 * m, 6):
        into[numbers[i + 1]].append(numbers[i : i + 6])
    best = -1
    stays = [(n, t)]
    while stays:
        town, minute = stays.pop()
        if town == 1:
            best = max(best, minute)
            continue
        for a, _, s, p, k, d in into[town]:
            latest = minute - d
            if latest >= s:
                stays.append((a, s + min(k - 1, (latest - s) // p) * p))
    print(best)


main()
