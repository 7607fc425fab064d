import sys


def days_of_loss(n, bridges):
    # TODO: return the days on which the islands 2 to n lose their supply; a bridge is a pair of islands.
    return [-1] * (n - 1)


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    bridges = list(zip(numbers[2::2], numbers[3::2]))
    print("\n".join(map(str, days_of_loss(numbers[0], bridges))))


main()
