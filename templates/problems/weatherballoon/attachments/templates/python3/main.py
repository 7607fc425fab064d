import sys


def largest_rate(signals):
    # TODO: return the largest climb rate; a signal is a pair (time, altitude).
    return 0.0


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    signals = list(zip(numbers[1::2], numbers[2::2]))
    print(f"{largest_rate(signals):.9f}")


main()
