import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    altitudes, points = numbers[1::2], numbers[2::2]
    rank = {altitude: i for i, altitude in enumerate(sorted(set(altitudes)), 1)}
    size = len(rank) + 1
    tree = [0] * size
    best = 0
    for altitude, value in zip(altitudes, points):
        i = rank[altitude] - 1
        below = 0
        while i > 0:
            if tree[i] > below:
                below = tree[i]
            i &= i - 1
        total = below + value
        if total > best:
            best = total
        i = rank[altitude]
        while i < size:
            if tree[i] < total:
                tree[i] = total
            i += i & -i
    print(best)


main()
