import sys
from collections import defaultdict


def main():
    # The block that ends at a song may not reach back to the k-th last song of the same artist before it.
    words = sys.stdin.read().split()
    k, artists = int(words[1]), words[2:]
    songs = defaultdict(list)
    bound = 0
    best = (0, 0)
    for number, artist in enumerate(artists, 1):
        earlier = songs[artist]
        if len(earlier) >= k:
            bound = max(bound, earlier[-k])
        earlier.append(number)
        best = max(best, (number - bound, -bound))
    print(best[0], 1 - best[1] if best[0] else 0)


main()
