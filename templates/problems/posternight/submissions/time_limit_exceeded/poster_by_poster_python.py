import sys
from heapq import heapify, heappop, heapreplace


def main():
    # Right, but takes one poster after the other from the printer that finishes next.
    numbers = list(map(int, sys.stdin.read().split()))
    needed = numbers[1]
    printers = [(w + p, p, c) for w, p, c in zip(numbers[2::3], numbers[3::3], numbers[4::3]) if c > 0]
    if sum(c for _, _, c in printers) < needed:
        print(-1)
        return
    heapify(printers)
    minute = 0
    for _ in range(needed):
        minute, p, c = printers[0]
        if c > 1:
            heapreplace(printers, (minute + p, p, c - 1))
        else:
            heappop(printers)
    print(minute)


main()
