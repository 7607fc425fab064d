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


def solve(people):
    """The people from number 1 on, as pairs (caller, minutes)."""
    rest = [0] * (len(people) + 1)
    calls = [[] for _ in rest]
    for person in range(len(people), -1, -1):
        now = 0
        for after, minutes in sorted(calls[person], reverse=True):
            now += minutes
            rest[person] = max(rest[person], now + after)
        if person > 0:
            caller, minutes = people[person - 1]
            calls[caller].append((rest[person], minutes))
    return rest[0]


def write(group, case, description, people):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(people) + 1}\n")
        f.write(" ".join(str(caller) for caller, _ in people) + "\n")
        f.write(" ".join(str(minutes) for _, minutes in people) + "\n")
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(people)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-two-calls", "A long call that has to come first", [(0, 1), (0, 4), (2, 5)])
    write("sample", "02-three-calls", "Three lists", [(0, 2), (0, 3), (0, 5), (2, 7), (1, 4)])
    write("sample", "03-alone", "The warden alone", [])
    r = Random(20260916)
    million = 10**6

    def valley(n, reach, longest):
        """Everybody is called by one of the `reach` people before them."""
        return [(max(0, i - 1 - r.below(reach)), 1 + r.below(longest)) for i in range(1, n)]

    write("secret", "01-one-call", "A single call", [(0, 7)])
    write("secret", "02-longest-call", "A single call, as long as possible", [(0, million)])
    write("secret", "03-warden-calls-all", "The warden calls everybody", [(0, i * 7 % 60 + 1) for i in range(60)])
    write("secret", "04-chain", "Everybody calls one person", [(i, i % 5 + 1) for i in range(400)])
    write("secret", "05-long-call-first", "The longest call must come first", [(0, 1), (0, 1), (0, 90), (3, 40), (0, 2)])
    write("secret", "06-short-call-last", "The shortest call must come last", [(0, 50), (1, 30), (0, 49), (3, 31), (0, 1)])
    write("secret", "07-many-below-no-matter", "Many people below, but warned quickly",
          [(0, 5), (0, 5)] + [(1, 1)] * 20 + [(2, 30)])
    write("secret", "08-deep-or-wide", "A deep branch beside a wide one",
          [(0, 3), (0, 3)] + [(1, 4)] * 25 + [(2, 4)] + [(i, 4) for i in range(28, 52)])
    write("secret", "09-same-rest", "Calls whose order does not matter", [(0, 9 - i) for i in range(8)] + [(1 + i, 6) for i in range(8)])
    write("secret", "10-pairs", "Everybody calls two people", [((i - 1) // 2, 1 + i * 31 % 17) for i in range(1, 1023)])
    write("secret", "11-caterpillar", "A chain with a short list at each place",
          [(i - 1 - i % 3 if i > 3 else 0, 1 + r.below(20)) for i in range(1, 900)])
    write("secret", "12-random-small", "A small valley", valley(14, 6, 9))
    write("secret", "13-random-medium", "A valley", valley(800, 40, 50))
    write("secret", "14-one-minute", "All calls take one minute", valley(3000, 500, 1))
    write("secret", "15-large-result", "The result needs 64 bits", valley(4000, 1, million))
    write("secret", "16-long-chain", "As many people as possible, one chain", [(i, 1 + i % 9) for i in range(19999)])
    write("secret", "17-long-list", "As many people as possible, most of them on two lists",
          [(0, 1 + r.below(9)) for _ in range(9000)] + [(8999, 1 + r.below(9)) for _ in range(10999)])
    write("secret", "18-largest", "As many people as possible", valley(20000, 20000, million))


main()
