import sys


def main():
    # Mistake: begins a new block with the song that breaks the rule, instead of giving songs up at the front.
    words = sys.stdin.read().split()
    k, artists = int(words[1]), words[2:]
    counts = {}
    first = best = start = 0
    for i, artist in enumerate(artists):
        counts[artist] = counts.get(artist, 0) + 1
        if counts[artist] > k:
            counts = {artist: 1}
            first = i
        if i - first + 1 > best:
            best = i - first + 1
            start = first + 1
    print(best, start)


main()
