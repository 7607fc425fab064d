import sys


def main():
    # Mistake: starts with a rate of 0, although all rates may be negative.
    numbers = list(map(int, sys.stdin.read().split()))
    signals = sorted(zip(numbers[1::2], numbers[2::2]))
    best = 0
    for (before, low), (after, high) in zip(signals, signals[1:]):
        best = max(best, (high - low) / (after - before))
    print(f"{best:.9f}")


main()
