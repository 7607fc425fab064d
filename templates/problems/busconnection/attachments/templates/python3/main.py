import sys


def connect(seats, walk, arrivals, buses):
    # TODO: return how many hikers leave by bus and their minutes of waiting in all.
    return -1, -1


def main():
    n, m, seats, walk, *minutes = map(int, sys.stdin.read().split())
    left, waiting = connect(seats, walk, minutes[:n], minutes[n:])
    print(left, waiting)


main()
