import sys


def main():
    # Mistake: a plain breadth-first search, which settles a town by the way with the fewest changes.
    n, m, t, *numbers = map(int, sys.stdin.read().split())
    into = [[] for _ in range(n + 1)]
    for i in range(0, 6 * m, 6):
        into[numbers[i + 1]].append(i)
    late = {n: t}
    queue = [n]
    for town in queue:
        for i in into[town]:
            a, _, s, p, k, d = numbers[i : i + 6]
            latest = late[town] - d
            if latest >= s and a not in late:
                late[a] = s + min(k - 1, (latest - s) // p) * p
                queue.append(a)
    print(late.get(1, -1))


main()
