import sys


def main():
    # Mistake: takes an island for supplied until its own last bridge is closed, wherever that bridge leads.
    numbers = list(map(int, sys.stdin.read().split()))
    n, ends = numbers[0], numbers[2:]
    lost = [0] * (n + 1)
    for i, island in enumerate(ends):
        lost[island] = i // 2 + 1
    print("\n".join(map(str, lost[2:])))


main()
