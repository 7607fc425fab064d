import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    altitudes, points = numbers[1::2], numbers[2::2]
    sums = []
    for i, altitude in enumerate(altitudes):
        below = 0
        for j in range(i):
            if altitudes[j] < altitude and sums[j] > below:
                below = sums[j]
        sums.append(below + points[i])
    print(max(sums + [0]))


main()
