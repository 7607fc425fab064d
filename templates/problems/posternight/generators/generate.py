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


def solve(needed, printers):
    if sum(paper for _, _, paper in printers) < needed:
        return -1
    # One bit after the other, from the largest: the latest minute with too few posters.
    late = -1
    for bit in reversed(range(51)):
        minute = late + (1 << bit)
        if sum(min(paper, max(0, minute - warm) // each) for warm, each, paper in printers) < needed:
            late = minute
    return late + 1


def write(group, case, description, needed, printers):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(printers)} {needed}\n" + "".join("%d %d %d\n" % printer for printer in printers))
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(needed, printers)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-two-printers", "Two printers, one of them soon out of paper", 6, [(1, 5, 10), (4, 2, 3)])
    write("sample", "02-same-minute", "Several posters finished in the same minute", 2, [(0, 7, 1), (3, 4, 2), (5, 2, 9)])
    write("sample", "03-not-enough-paper", "Less paper than posters", 5, [(0, 1, 3), (9, 9, 1)])
    r = Random(20260914)
    million, billion = 10**6, 10**9

    def shop(n, warm, each, paper):
        return [(r.below(warm + 1), 1 + r.below(each), r.below(paper + 1)) for _ in range(n)]

    stock = lambda printers: sum(paper for _, _, paper in printers)
    write("secret", "01-one-poster", "One printer, one poster", 1, [(0, 1, 1)])
    write("secret", "02-no-paper", "No paper at all", 1, [(0, 1, 0)])
    write("secret", "03-last-sheet", "One printer, exactly as much paper as needed", 12, [(8, 3, 12)])
    write("secret", "04-sheet-short", "One printer, one sheet too few", 13, [(8, 3, 12)])
    write("secret", "05-largest-answer", "The largest answer possible", billion, [(million, million, billion)])
    write("secret", "06-largest-order", "The largest order, all paper needed", 10**12, [(i, 1000 - i, billion) for i in range(1000)])
    write("secret", "07-order-too-large", "The largest order, a single sheet missing",
          10**12, [(i, 1000 - i, billion - (i == 500)) for i in range(1000)])
    write("secret", "08-fast-but-cold", "The fast printer warms up for long", 40, [(0, 10, 100), (390, 1, 100)])
    write("secret", "09-never-warm", "Some printers are not warm before the end", 9, [(0, 4, 9), (36, 1, 50), (37, 1, 50), (1000, 1, 50)])
    write("secret", "10-fast-without-paper", "The fast printers stop early", 500, [(0, 1, 3)] * 20 + [(5, 77, billion)] * 3)
    write("secret", "11-all-alike", "Equal printers, so that many posters are finished at once", 1001, [(20, 30, 400)] * 50)
    some = shop(12, 30, 9, 40)
    write("secret", "12-random-small", "A few random printers", 60, some)
    write("secret", "13-random-all-paper", "A few random printers, all paper needed", stock(some), some)
    some = shop(400, 5000, 300, 2000)
    write("secret", "14-random-medium", "Random printers", 150000, some)
    some = shop(1500, million, million, billion)
    write("secret", "15-random-half", "Random printers, half of the paper needed", stock(some) // 2, some)
    write("secret", "16-slow-printers", "Slow printers and a small order", 900, shop(900, million, million, 3))
    some = shop(10000, million, million, 150)
    write("secret", "17-many-printers", "As many printers as possible, little paper", stock(some) - 1000, some)
    write("secret", "18-largest", "As many printers and posters as possible", 10**12, shop(10000, million, million, billion))


main()
