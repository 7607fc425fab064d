import sys


def main():
    # Mistake: checks that there is enough paper in all, but then lets every printer print without end.
    numbers = list(map(int, sys.stdin.read().split()))
    needed = numbers[1]
    printers = list(zip(numbers[2::3], numbers[3::3], numbers[4::3]))
    if sum(c for _, _, c in printers) < needed:
        print(-1)
        return
    low, high = 0, 10**15 + 10**6
    while low < high:
        middle = (low + high) // 2
        if sum((middle - w) // p for w, p, _ in printers if middle > w) >= needed:
            high = middle
        else:
            low = middle + 1
    print(low)


main()
