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


def solve(seats, walk, arrivals, buses):
    left, waiting, bus, taken = 0, 0, 0, 0
    for arrival in arrivals:
        ready = arrival + walk
        while bus < len(buses) and (buses[bus] < ready or taken == seats):
            bus, taken = bus + 1, 0
        if bus == len(buses):
            break
        left, waiting, taken = left + 1, waiting + buses[bus] - ready, taken + 1
    return left, waiting


def write(group, case, description, seats, walk, arrivals, buses):
    base = os.path.join(ROOT, group, case)
    row = lambda numbers: " ".join(map(str, sorted(numbers))) + "\n"
    with open(base + ".in", "w") as f:
        f.write(f"{len(arrivals)} {len(buses)} {seats} {walk}\n" + row(arrivals) + row(buses))
    with open(base + ".ans", "w") as f:
        f.write("%d %d\n" % solve(seats, walk, sorted(arrivals), sorted(buses)))
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-one-seat", "A bus for each, but the last one comes too late", 1, 2, [0, 1, 3, 8], [2, 4, 9])
    write("sample", "02-two-seats", "A train full of hikers, two buses in one minute", 2, 3, [4] * 5, [7, 12, 12])
    write("sample", "03-too-early", "Every bus leaves too early", 50, 1, [5], [3, 5])
    r = Random(20260913)
    some = lambda n, low, high: [low + r.below(high - low + 1) for _ in range(n)]
    write("secret", "01-nobody", "Neither hikers nor buses", 1, 0, [], [])
    write("secret", "02-no-bus", "Hikers but no bus", 3, 5, [1, 1, 2], [])
    write("secret", "03-no-hiker", "Buses but no hiker", 3, 5, [], [1, 2, 2])
    write("secret", "04-just-in-time", "One hiker, at the stop when the bus leaves", 1, 9, [11], [20])
    write("secret", "05-just-missed", "One hiker, a minute too late", 1, 9, [12], [20])
    write("secret", "06-no-walk", "No walk at all", 1, 0, [0, 5, 5, 9], [0, 5, 9, 1000000])
    write("secret", "07-walk-too-long", "The walk takes longer than the day", 80, 1000000, [1, 2, 3], [999999, 1000000])
    write("secret", "08-full-buses", "Every bus is full, some hikers stay", 4, 7, [10] * 30, [17, 30, 30, 60, 61])
    write("secret", "09-seats-to-spare", "The first bus takes everybody", 80, 30, some(70, 0, 400), [430, 500, 600])
    write("secret", "10-empty-buses", "Buses leave empty between two trains", 2, 4, [3] * 3 + [90] * 3, list(range(0, 130, 6)))
    write("secret", "11-one-minute", "Everybody and every bus in the same minute", 3, 0, [50] * 40, [50] * 13)
    write("secret", "12-random-small", "A random morning", 2, 6, some(25, 0, 60), some(14, 0, 80))
    write("secret", "13-random-scarce", "Few buses", 7, 12, some(900, 0, 5000), some(90, 0, 6000))
    write("secret", "14-random-plenty", "Many buses", 3, 12, some(900, 0, 5000), some(900, 0, 6000))
    write("secret", "15-large-sum", "The sum needs 64 bits", 80, 0, [r.below(50) for _ in range(20000)], [999999] * 120 + [1000000] * 200)
    write("secret", "16-early-buses", "Very many buses leave before the first hiker comes",
          1, 3, some(4000, 600000, 990000), some(6000, 0, 600000) + some(3500, 600000, 1000000))
    write("secret", "17-busy-day", "A seat for each, buses as often as trains", 1, 25, some(6000, 0, 999000), some(6200, 0, 1000000))
    write("secret", "18-largest", "As many hikers and buses as possible", 1, 10, some(20000, 0, 999990), some(20000, 0, 1000000))


main()
