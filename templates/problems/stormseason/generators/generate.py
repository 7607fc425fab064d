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


def solve(n, bridges):
    groups = [[i] for i in range(n + 1)]
    group_of = list(range(n + 1))
    lost = [0] * (n + 1)
    for day in range(len(bridges), 0, -1):
        a, b = (group_of[island] for island in bridges[day - 1])
        if a == b:
            continue
        home = group_of[1]
        for one, other in ((a, b), (b, a)):
            if one == home:
                for island in groups[other]:
                    lost[island] = day
        if len(groups[a]) < len(groups[b]):
            a, b = b, a
        for island in groups[b]:
            group_of[island] = a
        groups[a] += groups[b]
        groups[b] = []
    return lost[2:]


def write(group, case, description, n, bridges):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{n} {len(bridges)}\n" + "".join(f"{a} {b}\n" for a, b in bridges))
    with open(base + ".ans", "w") as f:
        f.write("".join(f"{day}\n" for day in solve(n, bridges)))
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-triangle", "A way round", 3, [(1, 2), (2, 3), (1, 3)])
    write("sample", "02-all-at-once", "Three islands cut off on one day", 5, [(5, 1), (1, 2), (3, 2), (4, 3)])
    write("sample", "03-never-supplied", "Islands that are not joined to the harbour", 4, [(3, 4), (2, 1)])
    r = Random(20260915)

    def renamed(n, bridges):
        """The same bridges with the islands called otherwise, but the harbour still on island 1."""
        names = [0, 1] + r.shuffle(list(range(2, n + 1)))
        return [(names[a], names[b]) if r.below(2) else (names[b], names[a]) for a, b in bridges]

    def scattered(n, m):
        bridges = []
        while len(bridges) < m:
            a, b = 1 + r.below(n), 1 + r.below(n)
            if a != b:
                bridges.append((a, b))
        return bridges

    def tree(n, reach):
        """Every island is joined to one of the `reach` islands before it."""
        return [(max(1, i - 1 - r.below(reach)), i) for i in range(2, n + 1)]

    write("secret", "01-no-bridge", "Two islands, no bridge", 2, [])
    write("secret", "02-one-bridge", "Two islands, one bridge", 2, [(2, 1)])
    write("secret", "03-twin-bridges", "Several bridges between the same two islands", 3, [(1, 2), (2, 1), (2, 3), (1, 2), (3, 2)])
    write("secret", "04-harbour-alone", "The harbour has no bridge", 40, renamed(40, [(i, i + 1) for i in range(2, 40)]))
    write("secret", "05-star", "All bridges lead to the harbour", 60, r.shuffle([(1, i) for i in range(2, 61)]))
    write("secret", "06-chain-from-far", "A chain, closed from the far end", 300, [(i, i + 1) for i in range(299, 0, -1)])
    write("secret", "07-chain-from-harbour", "A chain, closed from the harbour on", 300, [(i, i + 1) for i in range(1, 300)])
    write("secret", "08-ring", "A ring, closed in some order", 200, r.shuffle(renamed(200, [(i, i % 200 + 1) for i in range(1, 201)])))
    write("secret", "09-last-bridge", "A single bridge holds everything until the last day", 101,
          r.shuffle([(i, i + 1) for i in range(2, 101)]) + [(1, 50)])
    write("secret", "10-two-towns", "Two dense groups, joined by two bridges", 60,
          r.shuffle(scattered(30, 200) + [(a + 30, b + 30) for a, b in scattered(30, 200)]) + [(30, 31), (29, 60)] + scattered(30, 40))
    write("secret", "11-every-pair", "A bridge between any two islands", 50,
          r.shuffle([(a, b) for a in range(1, 51) for b in range(1, a)]))
    write("secret", "12-random-small", "Few islands", 12, scattered(12, 20))
    write("secret", "13-random-sparse", "Few bridges, many islands never supplied", 1000, scattered(1000, 600))
    write("secret", "14-random-dense", "Many bridges", 600, scattered(600, 4000))
    write("secret", "15-tree", "A tree, closed in any order", 3000, r.shuffle(renamed(3000, tree(3000, 60))))
    write("secret", "16-long-chain", "A long chain, closed in any order", 6000, r.shuffle(renamed(6000, tree(6000, 1))))
    write("secret", "17-cut-late", "Nothing is cut off for a long time", 15000,
          scattered(15000, 5000) + r.shuffle(renamed(15000, tree(15000, 15000))))
    write("secret", "18-largest", "As many islands and bridges as possible", 15000, scattered(15000, 30000))


main()
