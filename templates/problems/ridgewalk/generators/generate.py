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


def solve(trail):
    rank = {altitude: i for i, altitude in enumerate(sorted({altitude for altitude, _ in trail}), 1)}
    tree, best = [0] * (len(rank) + 1), 0
    for altitude, points in trail:
        total, i = points, rank[altitude] - 1
        below = 0
        while i > 0:
            below = max(below, tree[i])
            i &= i - 1
        total += below
        best = max(best, total)
        i = rank[altitude]
        while i < len(tree):
            tree[i] = max(tree[i], total)
            i += i & -i
    return best


def write(group, case, description, trail):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(trail)}\n" + "".join(f"{altitude} {points}\n" for altitude, points in trail))
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(trail)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-short-trail", "The best walk is not the only longest one", [(3, 10), (5, 50), (4, 30), (6, 5)])
    write("sample", "02-equal-altitudes", "Several viewpoints at the same altitude",
          [(7, 5), (2, 4), (7, 9), (7, 6), (8, 1)])
    write("sample", "03-nothing-worth-it", "Only negative points", [(1, -2), (2, -1)])
    r = Random(20260904)
    high = 1000000000
    mixed = lambda n, altitudes, points: [(r.below(2 * altitudes + 1) - altitudes, r.below(points) - points // 4)
                                          for _ in range(n)]
    write("secret", "01-empty", "No viewpoint", [])
    write("secret", "02-single", "One viewpoint", [(120, 7)])
    write("secret", "03-single-negative", "One viewpoint that costs points", [(120, -7)])
    write("secret", "04-zero-points", "Nothing to gain anywhere", [(i, 0) for i in range(20)])
    write("secret", "05-all-level", "All viewpoints at one altitude", [(50, i * 37 % 101) for i in range(101)])
    write("secret", "06-always-up", "Every stop can be made", [(i, i % 9 + 1) for i in range(-150, 150)])
    write("secret", "07-always-down", "Only one stop can be made", [(-i, i * 53 % 997) for i in range(400)])
    write("secret", "08-one-against-many", "One view is worth more than a long climb",
          [(i, 3) for i in range(100)] + [(-5, 301)] + [(i, 3) for i in range(100, 140)] + [(139, 2)])
    write("secret", "09-skip-the-quarry", "Negative points on the way up",
          [(1, 10), (2, -5), (3, 10), (4, -1), (4, 6), (5, -20), (6, 1)])
    write("secret", "10-extremes", "Largest and smallest numbers",
          [(-high, high), (high, -high), (-high, high), (0, high), (high - 1, high), (high, high), (high, 5)])
    write("secret", "11-stairs", "Plateaus of equal altitude", [(i // 8, (i * 31 + 7) % 64) for i in range(1600)])
    write("secret", "12-random-small", "Random trail with negative altitudes", mixed(50, 25, 40))
    write("secret", "13-random-few-altitudes", "Many viewpoints at few altitudes", mixed(3000, 30, 100))
    write("secret", "14-large-sums", "The sum needs 64 bits", [(i * 2 + r.below(2), high - r.below(1000)) for i in range(4000)])
    write("secret", "15-slow-climb", "Ups and downs that rise slowly", [(i // 3 + r.below(4000), r.below(90) + 1) for i in range(6000)])
    write("secret", "16-largest", "As long as possible, altitudes at random", mixed(30000, 9999, 99))


main()
