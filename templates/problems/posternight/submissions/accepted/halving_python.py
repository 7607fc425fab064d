import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    needed = numbers[1]
    printers = [(w, p, c) for w, p, c in zip(numbers[2::3], numbers[3::3], numbers[4::3]) if c > 0]
    if sum(c for _, _, c in printers) < needed:
        print(-1)
        return
    low, high = 0, max(w + p * c for w, p, c in printers)
    while low < high:
        middle = (low + high) // 2
        finished = 0
        for w, p, c in printers:
            if middle > w:
                posters = (middle - w) // p
                finished += posters if posters < c else c
        if finished >= needed:
            high = middle
        else:
            low = middle + 1
    print(low)


main()
