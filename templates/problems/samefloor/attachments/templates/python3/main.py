import sys


def closest_return(floors):
    # TODO: return the smallest distance between two stops at the same floor, or -1.
    return -1


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    floors = numbers[1:]
    print(closest_return(floors))


main()
