import sys


def best_walk(altitudes, points):
    # TODO: return the largest sum of points of stops that are each strictly higher than the one before.
    return 0


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    altitudes = numbers[1::2]
    points = numbers[2::2]
    print(best_walk(altitudes, points))


main()
