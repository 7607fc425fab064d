import sys


def main():
    floors = list(map(int, sys.stdin.read().split()))[1:]
    stops = sorted((floor, i) for i, floor in enumerate(floors))
    gaps = [b[1] - a[1] for a, b in zip(stops, stops[1:]) if a[0] == b[0]]
    print(min(gaps, default=-1))


main()
