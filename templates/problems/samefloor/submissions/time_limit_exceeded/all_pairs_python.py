import sys


def main():
    floors = list(map(int, sys.stdin.read().split()))[1:]
    best = -1
    for i in range(len(floors)):
        for j in range(i + 1, len(floors)):
            if floors[i] == floors[j]:
                if best == -1 or j - i < best:
                    best = j - i
                break
    print(best)


main()
