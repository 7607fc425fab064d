import sys


def main():
    # Mistake: lets a hiker take only buses that leave after the minute in which the hiker reaches the stop.
    n, m, seats, walk, *minutes = map(int, sys.stdin.read().split())
    buses = minutes[n:]
    left = waiting = bus = taken = 0
    for arrival in minutes[:n]:
        ready = arrival + walk
        while bus < m and (taken == seats or buses[bus] <= ready):
            bus += 1
            taken = 0
        if bus == m:
            break
        left += 1
        taken += 1
        waiting += buses[bus] - ready
    print(left, waiting)


main()
