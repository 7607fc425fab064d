import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    n, ends = numbers[0], numbers[2:]
    neighbours = [[] for _ in range(n + 1)]
    lost = [None] * (n + 1)
    lost[1] = 0
    for day in range(len(ends) // 2, 0, -1):
        a, b = ends[2 * day - 2], ends[2 * day - 1]
        neighbours[a].append(b)
        neighbours[b].append(a)
        if (lost[a] is None) == (lost[b] is None):
            continue
        fresh = [a if lost[a] is None else b]
        lost[fresh[0]] = day
        for island in fresh:
            for other in neighbours[island]:
                if lost[other] is None:
                    lost[other] = day
                    fresh.append(other)
    print("\n".join(str(day or 0) for day in lost[2:]))


main()
