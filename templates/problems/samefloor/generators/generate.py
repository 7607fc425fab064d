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


def solve(floors):
    last, best = {}, -1
    for i, floor in enumerate(floors):
        if floor in last and (best == -1 or i - last[floor] < best):
            best = i - last[floor]
        last[floor] = i
    return best


def write(group, name, description, floors):
    base = os.path.join(ROOT, group, name)
    with open(base + ".in", "w") as f:
        f.write(f"{len(floors)}\n{' '.join(map(str, floors))}\n")
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(floors)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-several-returns", "The closest pair is not the first one", [4, 7, 4, 7, 7])
    write("sample", "02-no-return", "No floor occurs twice", [3, 1, -3, 8])
    write("sample", "03-basement", "Negative floors", [0, -2, 5, 9, -2, 6, 0, -2])
    r = Random(20260901)
    write("secret", "01-empty", "No stop at all", [])
    write("secret", "02-single", "One stop", [12])
    write("secret", "03-two-equal", "Two stops at one floor", [-5, -5])
    write("secret", "04-two-different", "Two stops, two floors", [5, -5])
    write("secret", "05-first-and-last", "Only the two ends agree", [17] + list(range(100, 298)) + [17])
    write("secret", "06-all-equal", "The lift never moved", [0] * 500)
    write("secret", "07-extreme-floors", "Largest and smallest floors",
          [1000000000, -1000000000, 999999999, -999999999, 0, 1000000000, 7, -1000000000])
    write("secret", "08-gap-shrinks", "A floor comes back ever sooner",
          [1, 11, 12, 13, 14, 1, 15, 16, 17, 1, 18, 19, 1, 20, 1])
    write("secret", "09-gap-grows", "A floor comes back ever later",
          [1, 30, 1, 31, 32, 1, 33, 34, 35, 1, 36, 37, 38, 39, 1])
    write("secret", "10-opposite-signs", "Floors that differ in the sign only",
          [x for i in range(1, 200) for x in (i, -i)] + [199])
    write("secret", "11-few-floors", "Many stops at few floors, never twice in a row", [i * 7 % 10 for i in range(1000)])
    write("secret", "12-random-small", "Random stops", [r.below(2001) - 1000 for _ in range(60)])
    write("secret", "13-wide-random", "Random stops in a tall building",
          [r.below(2000000001) - 1000000000 for _ in range(5000)])
    write("secret", "14-long-cycle", "A round tour of 4000 floors, three times", list(range(-2000, 2000)) * 3)
    write("secret", "15-largest-distinct", "As long as possible, no floor twice", r.shuffle(list(range(-15000, 15000))))


main()
