"""Writes data/sample and data/secret. Deterministic: run it again and nothing changes."""
import os
from fractions import Fraction

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


def solve(signals):
    signals = sorted(signals)
    return max(Fraction(b[1] - a[1], b[0] - a[0]) for a, b in zip(signals, signals[1:]))


def write(group, case, description, signals):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(signals)}\n" + "".join(f"{time} {altitude}\n" for time, altitude in signals))
    with open(base + ".ans", "w") as f:
        f.write(f"{float(solve(signals)):.9f}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
        with open(os.path.join(ROOT, group, "test_group.yaml"), "w") as f:
            f.write("output_validator_args: [float_tolerance, 1e-6]\n")
    write("sample", "01-three-signals", "Signals in another order than they were sent", [(10, 40), (30, 100), (20, 90)])
    write("sample", "02-sinking", "All rates are negative", [(8, 79), (0, 100), (4, 80)])
    write("sample", "03-thirds", "A rate that is not a whole number", [(7, 12), (10, 16), (0, 5)])
    r = Random(20260912)
    height = lambda low, high: low + r.below(high - low + 1)

    def flight(n, span, step, drift):
        """A random walk of altitudes at n different times up to span."""
        times = sorted(r.shuffle(list(range(span + 1)))[:n])
        altitude, signals = 15000, []
        for time in times:
            altitude = max(-400, min(40000, altitude + r.below(2 * step + 1) - step + drift))
            signals.append((time, altitude))
        return signals

    write("secret", "01-level", "Two signals at one altitude", [(0, 0), (1, 0)])
    write("secret", "02-late-first", "Two signals, the later one first", [(9, 30), (2, 9)])
    write("secret", "03-largest-rate", "The largest rate possible", [(1000000, 40000), (999999, -400), (0, 7)])
    write("secret", "04-smallest-rate", "The smallest rate possible", [(500, -400), (499, 40000)])
    write("secret", "05-slowest-climb", "A climb of one metre in a million seconds", [(1000000, 1), (0, 0)])
    write("secret", "06-all-level", "The altitude never changes", r.shuffle([(i * 3, 120) for i in range(300)]))
    write("secret", "07-steady", "A steady climb", r.shuffle([(i * 2, i * 7) for i in range(500)]))
    write("secret", "08-always-sinking", "Down, ever more slowly", [(i, 40000 - 300 * i + i * i) for i in range(140)])
    write("secret", "09-backwards", "Signals arrive in reverse", flight(400, 4000, 60, 3)[::-1])
    write("secret", "10-best-at-end", "The best pair comes last", [(i * 5, 100 + i) for i in range(200)] + [(997, 399)])
    write("secret", "11-best-at-start", "The best pair comes first", [(0, 0), (1, 31)] + [(2 + i * 4, 40 + i * 2) for i in range(200)])
    write("secret", "12-almost-equal", "Rates that differ by very little",
          r.shuffle([(0, 0), (999, 333), (1999, 667), (3000, 1000), (3998, 1333)]))
    write("secret", "13-long-gaps", "Few signals, far apart", r.shuffle(flight(60, 1000000, 9000, 0)))
    write("secret", "14-random-small", "A short random flight", r.shuffle(flight(40, 90, 20, 1)))
    write("secret", "15-random-medium", "A random flight", r.shuffle(flight(3000, 9000, 200, 2)))
    write("secret", "16-descent", "A long descent without a single climb",
          r.shuffle([(i * 11, 39999 - i * 10 - i % 7) for i in range(4000)]))
    write("secret", "17-in-order", "Many signals that arrive in order", flight(4000, 12000, 90, 0))
    write("secret", "18-largest", "As many signals as possible, out of order", r.shuffle(flight(40000, 1000000, 35, 0)))


main()
