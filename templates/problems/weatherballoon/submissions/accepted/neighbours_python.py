import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    signals = sorted(zip(numbers[1::2], numbers[2::2]))
    rates = ((b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(signals, signals[1:]))
    print(f"{max(rates):.9f}")


main()
