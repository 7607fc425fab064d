import sys


def main():
    # Right, but tries every trail there is and remembers nothing.
    numbers = list(map(int, sys.stdin.read().split()))
    dominoes = list(zip(numbers[1::2], numbers[2::2]))
    best = []
    trail = []
    used = [False] * len(dominoes)

    def extend(end):
        nonlocal best
        if len(trail) > len(best):
            best = trail[:]
        for i, (a, b) in enumerate(dominoes):
            if used[i] or end not in (a, b):
                continue
            used[i] = True
            trail.append((end, b if a == end else a))
            extend(trail[-1][1])
            trail.pop()
            used[i] = False

    for number in range(7):
        extend(number)
    print(len(best))
    for left, right in best:
        print(left, right)


main()
