import sys


def latest_start(n, t, lines):
    # TODO: return the latest minute at which Nora can board her first bus, or -1; a line is (a, b, s, p, k, d).
    return -2


def main():
    n, m, t, *numbers = map(int, sys.stdin.read().split())
    lines = [tuple(numbers[i : i + 6]) for i in range(0, 6 * m, 6)]
    print(latest_start(n, t, lines))


main()
