import sys


def main():
    # Right, but compares every signal with every other one.
    numbers = list(map(int, sys.stdin.read().split()))
    signals = sorted(zip(numbers[1::2], numbers[2::2]))
    best = float("-inf")
    for i, (after, high) in enumerate(signals):
        for before, low in signals[:i]:
            best = max(best, (high - low) / (after - before))
    print(f"{best:.9f}")


main()
