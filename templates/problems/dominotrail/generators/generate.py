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


def solve(dominoes):
    """A longest trail: one domino more than some trail that can be reached, until none can be reached."""
    reached = {}
    for i, (a, b) in enumerate(dominoes):
        reached[1 << i, b] = [(a, b)]
        reached[1 << i, a] = [(b, a)]
    best = []
    while reached:
        best = next(iter(reached.values()))
        following = {}
        for (used, end), trail in reached.items():
            for i, (a, b) in enumerate(dominoes):
                if used >> i & 1 or end not in (a, b):
                    continue
                other = b if end == a else a
                following.setdefault((used | 1 << i, other), trail + [(end, other)])
        reached = following
    return best


def write(group, case, description, dominoes):
    base = os.path.join(ROOT, group, case)
    row = lambda items: f"{len(items)}\n" + "".join("%d %d\n" % item for item in items)
    with open(base + ".in", "w") as f:
        f.write(row(dominoes))
    with open(base + ".ans", "w") as f:
        f.write(row(solve(dominoes)))
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-one-left-over", "One domino fits nowhere", [(3, 5), (1, 3), (3, 3), (6, 6)])
    write("sample", "02-turned", "Dominoes that have to be turned round", [(0, 4), (2, 4), (2, 2)])
    write("sample", "03-nothing-fits", "No two dominoes fit", [(1, 2), (3, 4), (5, 6)])
    r = Random(20260918)
    some = lambda n, low, high: [(low + r.below(high - low + 1), low + r.below(high - low + 1)) for _ in range(n)]
    write("secret", "01-none", "No domino", [])
    write("secret", "02-one", "One domino", [(6, 0)])
    write("secret", "03-one-double", "One domino with the same number twice", [(4, 4)])
    write("secret", "04-doubles-only", "Doubles that do not fit", [(i, i) for i in range(7)])
    write("secret", "05-twins", "The same domino again and again", [(2, 5)] * 6)
    write("secret", "06-in-order", "A trail as it is given", [(i % 7, (i + 1) % 7) for i in range(12)])
    write("secret", "07-backwards", "A trail in the wrong order and turned round", [((i + 3) % 7, i % 7) for i in range(11, -1, -1)])
    write("secret", "08-star", "Everything meets in one number", [(0, i) for i in range(1, 7)] + [(i, 0) for i in range(1, 6)])
    write("secret", "09-odd-star", "A star with single points", [(3, i) for i in (0, 1, 2, 4, 5, 6)] + [(3, 3)])
    write("secret", "10-greedy-trap", "The domino that fits first leads into a dead end",
          [(0, 1), (1, 6), (1, 2), (2, 3), (3, 1), (0, 5), (5, 5), (4, 0), (4, 4)])
    write("secret", "11-two-heaps", "Two heaps without a number in common",
          r.shuffle([(0, 1), (1, 2), (2, 0), (0, 0), (2, 2)] + [(3, 4), (4, 5), (5, 6), (6, 3), (4, 6), (3, 3)]))
    write("secret", "12-random-small", "A few dominoes", some(7, 0, 5))
    write("secret", "13-random-nine", "Nine dominoes", some(9, 0, 6))
    write("secret", "14-random-sparse", "Many numbers, few pairs that fit", r.shuffle([(0, 1), (2, 3), (4, 5), (6, 0), (1, 1), (3, 3), (5, 5), (2, 6), (3, 4), (2, 2)]))
    write("secret", "15-three-numbers", "Many dominoes with few numbers", some(12, 0, 2))
    write("secret", "16-one-left-over", "Twelve dominoes that all fit each other, and one that fits none", [(6, 5)] + [(1, 1)] * 6 + [(1, 2)] * 3 + [(2, 2)] * 3)
    write("secret", "17-two-left-over", "Thirteen dominoes, two of which fit none", r.shuffle(some(11, 0, 3) + [(5, 5), (6, 6)]))
    write("secret", "18-largest-random", "Thirteen dominoes", some(13, 0, 6))
    write("secret", "19-doubles-and-one", "Twelve equal doubles, and another one", [(6, 6)] + [(0, 0)] * 12)


main()
