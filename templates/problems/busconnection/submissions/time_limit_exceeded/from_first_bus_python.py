import sys


def main():
    # Right, but looks for a seat from the first bus of the day on, for every hiker anew.
    n, m, seats, walk, *minutes = map(int, sys.stdin.read().split())
    buses = minutes[n:]
    taken = [0] * m
    left = waiting = 0
    for arrival in minutes[:n]:
        for bus in range(m):
            if taken[bus] < seats and buses[bus] >= arrival + walk:
                taken[bus] += 1
                left += 1
                waiting += buses[bus] - arrival - walk
                break
    print(left, waiting)


main()
