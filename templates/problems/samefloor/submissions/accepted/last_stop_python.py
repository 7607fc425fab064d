import sys


def main():
    numbers = sys.stdin.read().split()
    last = {}
    best = -1
    for i, floor in enumerate(numbers[1:]):
        if floor in last:
            gap = i - last[floor]
            if best == -1 or gap < best:
                best = gap
        last[floor] = i
    print(best)


main()
