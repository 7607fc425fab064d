import sys


def main():
    words = sys.stdin.read().split()
    k, artists = int(words[1]), words[2:]
    counts = {}
    left = best = start = 0
    for right, artist in enumerate(artists):
        counts[artist] = counts.get(artist, 0) + 1
        while counts[artist] > k:
            counts[artists[left]] -= 1
            left += 1
        if right - left + 1 > best:
            best = right - left + 1
            start = left + 1
    print(best, start)


main()
