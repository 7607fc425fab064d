import sys


def main():
    # Mistake: measures from the first stop at a floor instead of the latest one.
    numbers = sys.stdin.read().split()
    first = {}
    best = -1
    for i, floor in enumerate(numbers[1:]):
        if floor not in first:
            first[floor] = i
        elif best == -1 or i - first[floor] < best:
            best = i - first[floor]
    print(best)


main()
