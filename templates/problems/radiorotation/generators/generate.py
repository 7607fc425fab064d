"""Writes data/sample and data/secret. Deterministic: run it again and nothing changes."""
import os

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")


class Random:
    """A linear congruential generator, so that the data depends on no library."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % bound

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def name(number):
    """A short name for every number: a, b, ..., 9, aa, ba, ..."""
    text = ""
    while True:
        text += DIGITS[number % 36]
        number = number // 36 - 1
        if number < 0:
            return text


def solve(k, artists):
    counts, left, best, start = {}, 0, 0, 0
    for right, artist in enumerate(artists):
        counts[artist] = counts.get(artist, 0) + 1
        while counts[artist] > k:
            counts[artists[left]] -= 1
            left += 1
        if right + 1 - left > best:
            best, start = right + 1 - left, left + 1
    return best, start


def write(group, case, description, k, artists):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(artists)} {k}\n{' '.join(artists)}\n")
    with open(base + ".ans", "w") as f:
        f.write("%d %d\n" % solve(k, artists))
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-one-song-each", "Two blocks of the same length", 1, "mara jo mara lin jo".split())
    write("sample", "02-two-songs-each", "Two songs an artist", 2, "ana ana bo cy bo cy ana ana".split())
    write("sample", "03-capital-letters", "Names differ in capital letters only", 1, "Mara mara MARA".split())
    r = Random(20260902)
    pick = lambda n, artists: [name(r.below(artists)) for _ in range(n)]
    write("secret", "01-empty", "No song", 3, [])
    write("secret", "02-single", "One song", 1, ["x"])
    write("secret", "03-single-large-k", "One song, k far above n", 50000, ["the-longest-name-026"])
    write("secret", "04-all-equal", "One artist only", 4, ["echo"] * 300)
    write("secret", "05-all-different", "Every artist once", 1, [name(i) for i in range(400)])
    write("secret", "06-k-equals-n", "The whole list is allowed just so", 200, ["solo"] * 200)
    write("secret", "07-k-one-below", "One song too many", 199, ["solo"] * 200)
    write("secret", "08-block-at-end", "The longest block ends the list", 1,
          ["a", "a"] + [name(i) for i in range(50)] + ["b"] + [name(100 + i) for i in range(120)])
    write("secret", "09-block-at-start", "The longest block begins the list, an equal one ends it", 1,
          [name(i) for i in range(80)] + ["a", "b", "a"] + [name(i) for i in range(3, 80)])
    write("secret", "10-overlap", "The second block begins inside the first", 1,
          "a b c d e c f g h i j a b k".split())
    write("secret", "11-alternating", "Two artists in turn", 3, ["ping", "pong"] * 150)
    write("secret", "12-random-small", "Few artists", 2, pick(60, 8))
    write("secret", "13-random-medium", "Some artists", 5, pick(3000, 150))
    write("secret", "14-long-names", "Names of 20 characters that differ at the end", 2,
          ["programme-number-" + "%03d" % r.below(200) for _ in range(2000)])
    write("secret", "15-two-halves", "Twenty thousand songs, the rule broken in the middle", 1,
          [name(i) for i in range(10000)] + [name(i) for i in range(9999, -1, -1)])
    write("secret", "16-largest", "As long as possible, the rule never broken", 2,
          r.shuffle([name(i % 25000) for i in range(50000)]))


main()
