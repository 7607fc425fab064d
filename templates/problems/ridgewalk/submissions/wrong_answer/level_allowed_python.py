import sys
from bisect import bisect_right


def main():
    # Mistake: lets a stop be as high as the one before it.
    numbers = list(map(int, sys.stdin.read().split()))
    altitudes, sums = [], []
    for altitude, value in zip(numbers[1::2], numbers[2::2]):
        i = bisect_right(altitudes, altitude)
        total = value + (sums[i - 1] if i > 0 else 0)
        if total <= (sums[i - 1] if i > 0 else 0):
            continue
        j = i
        while j < len(sums) and sums[j] <= total:
            j += 1
        altitudes[i:j] = [altitude]
        sums[i:j] = [total]
    print(sums[-1] if sums else 0)


main()
