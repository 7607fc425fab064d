import sys


def main():
    words = sys.stdin.read().split()
    n, k, artists = int(words[0]), int(words[1]), words[2:]
    best = start = 0
    for first in range(n):
        counts = {}
        length = 0
        for artist in artists[first:]:
            counts[artist] = counts.get(artist, 0) + 1
            if counts[artist] > k:
                break
            length += 1
        if length > best:
            best = length
            start = first + 1
    print(best, start)


main()
