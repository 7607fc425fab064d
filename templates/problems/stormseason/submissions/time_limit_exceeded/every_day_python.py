import sys


def main():
    # Right, but looks for all supplied islands anew on each day.
    numbers = list(map(int, sys.stdin.read().split()))
    n, ends = numbers[0], numbers[2:]
    bridges = list(zip(ends[::2], ends[1::2]))
    lost = [0] * (n + 1)
    for day in range(len(bridges)):
        neighbours = [[] for _ in range(n + 1)]
        for a, b in bridges[day:]:
            neighbours[a].append(b)
            neighbours[b].append(a)
        supplied, seen = [1], {1}
        for island in supplied:
            lost[island] = day + 1
            for other in neighbours[island]:
                if other not in seen:
                    seen.add(other)
                    supplied.append(other)
    print("\n".join(map(str, lost[2:])))


main()
