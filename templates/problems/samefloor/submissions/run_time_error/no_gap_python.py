import sys


def main():
    # Mistake: takes the smallest of all gaps even when there is none.
    last = {}
    gaps = []
    for i, floor in enumerate(sys.stdin.read().split()[1:]):
        if floor in last:
            gaps.append(i - last[floor])
        last[floor] = i
    print(min(gaps))


main()
