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


def solve(plan):
    rows, columns = len(plan), len(plan[0])
    distance = {(y, x): 0 for y in range(rows) for x in range(columns) if plan[y][x] == "E"}
    border = list(distance)
    while border:
        following = []
        for y, x in border:
            for square in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                inside = 0 <= square[0] < rows and 0 <= square[1] < columns
                if inside and square not in distance and plan[square[0]][square[1]] != "#":
                    distance[square] = distance[y, x] + 1
                    following.append(square)
        border = following
    walks = [steps for (y, x), steps in distance.items() if plan[y][x] == "P"]
    return len(walks), sum(walks), max(walks, default=0)


def write(group, case, description, plan):
    base = os.path.join(ROOT, group, case)
    plan = ["".join(line) for line in plan]
    with open(base + ".in", "w") as f:
        f.write(f"{len(plan)} {len(plan[0])}\n" + "".join(line + "\n" for line in plan))
    with open(base + ".ans", "w") as f:
        f.write("out: %d\nsteps: %d\nlongest: %d\n" % solve(plan))
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def scattered(r, rows, columns, walls, people, exits):
    """A random plan; walls, people and exits are parts of a thousand squares."""
    def square():
        n = r.below(1000)
        return "#" if n < walls else "P" if n < walls + people else "E" if n < walls + people + exits else "."
    return [[square() for _ in range(columns)] for _ in range(rows)]


def serpentine(rows, columns, person):
    """One long corridor to and fro, an exit at its end; person(y, x) says who stands in it."""
    plan = [["P" if person(y, x) else "." for x in range(columns)] for y in range(rows)]
    for y in range(1, rows, 2):
        gap = columns - 1 if y % 4 == 1 else 0
        plan[y] = ["#"] * columns
        plan[y][gap] = "."
    plan[0][0] = "E"
    return plan


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-corridor", "One line, somebody shut in", ["PP.E#P"])
    write("sample", "02-two-exits", "The nearest exit is not the same for all", ["..P#E", ".##.P", "E...."])
    write("sample", "03-no-exit", "Nobody can get out", ["P.#", "..P"])
    r = Random(20260903)
    write("secret", "01-one-person", "A single square with a person", ["P"])
    write("secret", "02-one-exit", "A single square with an exit", ["E"])
    write("secret", "03-only-walls", "No free floor at all", ["#" * 7] * 5)
    write("secret", "04-no-people", "Exits but nobody there", ["..E", ".#.", "E.."])
    write("secret", "05-column", "A plan of one column", list("P.P#P..E.P"))
    write("secret", "06-all-people", "People everywhere, the exit in the middle",
          [["E" if (y, x) == (5, 7) else "P" for x in range(15)] for y in range(11)])
    write("secret", "07-diagonal-only", "Neighbours by a corner do not help", ["P#P", "#E#", "P#P"])
    write("secret", "08-around-the-wall", "The near exit is behind a wall",
          ["P#E....", ".#####.", ".....#.", "####.#.", "......."])
    write("secret", "09-through-an-exit", "The only way leads past people and exits",
          ["#####", "P.E.P", "#####", "PPPPE", "#####"])
    write("secret", "10-spiral-corridor", "A long way to and fro", serpentine(21, 20, lambda y, x: x % 3 == 0))
    write("secret", "11-random-dense", "Many walls", scattered(r, 40, 60, 380, 200, 10))
    write("secret", "12-random-sparse", "Few walls, few exits", scattered(r, 60, 40, 80, 300, 3))
    write("secret", "13-no-exit-large", "Many people and no exit", scattered(r, 120, 120, 150, 500, 0))
    open_plan = scattered(r, 160, 160, 60, 550, 0)
    open_plan[159][159] = "E"
    write("secret", "14-far-exit", "A large open floor with one exit in a corner", open_plan)
    write("secret", "15-largest-corridor", "The longest corridor, the sum needs 64 bits", serpentine(399, 400, lambda y, x: True))
    write("secret", "16-largest-random", "As large as possible", scattered(r, 400, 400, 250, 400, 1))


main()
