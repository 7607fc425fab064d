import sys


def main():
    # Mistake: always lays the first domino that fits, and only tries every beginning.
    numbers = list(map(int, sys.stdin.read().split()))
    dominoes = list(zip(numbers[1::2], numbers[2::2]))
    best = []
    for number in range(7):
        left, end, trail = list(dominoes), number, []
        while True:
            fitting = next((domino for domino in left if end in domino), None)
            if fitting is None:
                break
            left.remove(fitting)
            trail.append((end, fitting[1] if fitting[0] == end else fitting[0]))
            end = trail[-1][1]
        best = max(best, trail, key=len)
    print(len(best))
    for left, right in best:
        print(left, right)


main()
