"""Writes data/sample and data/secret. Deterministic: run it again and nothing changes."""
import os
from heapq import heappop, heappush

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


def solve(n, t, lines):
    into = [[] for _ in range(n + 1)]
    for a, b, s, p, k, d in lines:
        into[b].append((a, s, p, k, d))
    late, queue = [-1] * (n + 1), [(-t, n)]
    while queue:
        minute, town = heappop(queue)
        if late[town] >= 0:
            continue
        late[town] = -minute
        for a, s, p, k, d in into[town]:
            bus = min(k - 1, (late[town] - d - s) // p)
            if bus >= 0 and late[a] < 0:
                heappush(queue, (-(s + bus * p), a))
    return late[1]


def write(group, case, description, n, t, lines):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{n} {len(lines)} {t}\n" + "".join("%d %d %d %d %d %d\n" % line for line in lines))
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(n, t, lines)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-one-change", "Two lines", 3, 60, [(1, 2, 5, 10, 4, 12), (2, 3, 20, 20, 2, 10)])
    write("sample", "02-last-bus", "A direct line whose last bus leaves early", 3, 50,
          [(1, 3, 0, 10, 2, 5), (1, 2, 0, 15, 9, 7), (2, 3, 2, 7, 6, 13)])
    write("sample", "03-too-late", "The first bus is too late", 2, 8, [(1, 2, 4, 1, 100, 5)])
    r = Random(20260917)
    billion = 10**9

    def network(n, m, day, period, buses, ride):
        found = []
        while len(found) < m:
            a, b = 1 + r.below(n), 1 + r.below(n)
            if a != b:
                found.append((a, b, r.below(day), 1 + r.below(period), 1 + r.below(buses), 1 + r.below(ride)))
        return found

    def renamed(n, found):
        names = [0, 1] + r.shuffle(list(range(2, n))) + [n]
        return r.shuffle([(names[a], names[b], *rest) for a, b, *rest in found])

    def chain(n, period, ride):
        return [(i, i + 1, r.below(period), 1 + r.below(period), billion, 1 + r.below(ride)) for i in range(1, n)]

    write("secret", "01-no-line", "No bus at all", 2, 5, [])
    write("secret", "02-just-in-time", "A single bus that arrives just in time", 2, 9, [(1, 2, 4, 1, 1, 5)])
    write("secret", "03-wrong-direction", "The only line runs the other way", 2, 100, [(2, 1, 0, 1, 50, 1)])
    write("secret", "04-largest-numbers", "Largest numbers", 3, billion,
          [(1, 2, 0, billion, billion, 1), (2, 3, billion - 1, billion, billion, 1), (1, 3, billion, 1, billion, billion)])
    write("secret", "05-every-minute", "A bus every minute all the time", 2, billion, [(1, 2, 0, 1, billion, 3)])
    write("secret", "06-longer-is-later", "More changes, but a later start", 5, 200,
          [(1, 5, 0, 50, 4, 40), (1, 2, 160, 1, 20, 5), (2, 3, 170, 1, 20, 5), (3, 4, 180, 1, 20, 5), (4, 5, 190, 1, 20, 5)])
    write("secret", "07-faster-is-not-later", "The slow bus leaves at the better time", 3, 100,
          [(1, 2, 10, 50, 2, 5), (1, 2, 20, 50, 2, 20), (2, 3, 90, 100, 1, 10), (2, 3, 64, 100, 1, 1)])
    write("secret", "08-twin-lines", "Several lines between the same towns", 2, 77,
          [(1, 2, i, 7 + i, 20, 3 * i + 1) for i in range(12)])
    write("secret", "09-circle", "Lines in a circle", 30, 5000, [(i, i % 30 + 1, i * 7 % 11, 13, 1000, 9) for i in range(1, 31)])
    write("secret", "10-through-home", "The best way leads back through town 1", 4, 60,
          [(1, 4, 50, 100, 1, 10), (1, 2, 5, 9, 3, 2), (2, 1, 20, 9, 3, 2), (3, 4, 10, 9, 9, 3)])
    write("secret", "11-dead-ends", "Many towns from which there is no way on", 60, 3000,
          renamed(60, network(60, 90, 500, 60, 60, 60)))
    write("secret", "12-random-small", "A few towns", 6, 60, network(6, 14, 30, 12, 5, 9))
    write("secret", "13-few-buses", "Lines with very few buses", 120, 4000, network(120, 1800, 3500, 400, 2, 120))
    write("secret", "14-random-medium", "A network", 400, 50000, network(400, 2500, 3000, 500, 900, 700))
    write("secret", "15-chain", "A chain of towns", 900, 2 * 10**6, renamed(900, chain(900, 700, 300)))
    write("secret", "16-sparse", "Many towns, few lines", 3000, 10**8, network(3000, 8000, 10**6, 10**5, 10**4, 10**5))
    long = chain(4000, 90, 60)
    write("secret", "17-long-chain", "As many towns as possible in a chain, and lines that jump ahead early in the day",
          4000, 10**6, renamed(4000, long + [(i, i + 2 + r.below(50), r.below(99), 5, 3, 10) for i in range(1, 3900, 2)]))
    write("secret", "18-largest", "As many towns and lines as possible", 4000, billion, renamed(4000,
          chain(4000, 9999, 999) + network(4000, 6001, 10**6, 10**6, 10**6, 10**6)))


main()
