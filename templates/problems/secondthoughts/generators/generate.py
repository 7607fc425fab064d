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


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def solve(keys):
    text, taken = [], []
    for key in keys:
        if key == "<":
            if text:
                taken.append(text.pop())
        elif key == ">":
            if taken:
                text.append(taken.pop())
        else:
            text.append(key)
            taken = []
    return "".join(text) or "(empty)"


def write(group, case, description, keys):
    base = os.path.join(ROOT, group, case)
    with open(base + ".in", "w") as f:
        f.write(f"{len(keys)}\n{keys}\n")
    with open(base + ".ans", "w") as f:
        f.write(f"{solve(keys)}\n")
    with open(base + ".yaml", "w") as f:
        f.write(f"description: {description}\n")


def main():
    for group in ("sample", "secret"):
        os.makedirs(os.path.join(ROOT, group), exist_ok=True)
    write("sample", "01-forgotten", "A letter typed after a redo", "abc<<>d>")
    write("sample", "02-back-again", "Several redos in a row", "noun<<<>>t>")
    write("sample", "03-nothing-left", "Keys without effect, no letter left", "<>x<")
    r = Random(20260911)

    def typed(n, undos, redos):
        """A random record; undos and redos are parts of a thousand keys."""
        keys = []
        for _ in range(n):
            p = r.below(1000)
            keys.append("<" if p < undos else ">" if p < undos + redos else LETTERS[r.below(26)])
        return "".join(keys)

    letters = lambda n: typed(n, 0, 0)
    write("secret", "01-empty", "No key", "")
    write("secret", "02-single-letter", "One letter", "q")
    write("secret", "03-single-undo", "One undo", "<")
    write("secret", "04-single-redo", "One redo", ">")
    write("secret", "05-letters-only", "Neither undo nor redo", letters(400))
    write("secret", "06-all-back", "Everything taken off and put back", letters(60) + "<" * 60 + ">" * 60)
    write("secret", "07-too-many-undos", "More undos than letters, then as many redos", letters(5) + "<" * 9 + ">" * 9 + "z")
    write("secret", "08-forgotten-twice", "Letters forgotten at two places", "abcdef<<<x<<y>>>>z<<<>>>")
    write("secret", "09-redo-first", "Redos before there is anything to put back", ">>>" + letters(3) + ">>>")
    write("secret", "10-to-and-fro", "Undo and redo in turn", letters(50) + "<><" * 100)
    write("secret", "11-emptied", "Long, but nothing is left", letters(700) + "<" * 700)
    write("secret", "12-random-small", "A short random record", typed(40, 350, 250))
    write("secret", "13-random-undos", "Mostly undos", typed(3000, 480, 100))
    write("secret", "14-random-redos", "Mostly redos", typed(3000, 300, 500))
    write("secret", "15-random-medium", "A random record of some length", typed(8000, 300, 200))
    write("secret", "16-many-forgotten", "Very many letters taken off and then forgotten",
          letters(20000) + "<" * 19999 + letters(10000) + ">" * 9000)
    write("secret", "17-long-text", "Half letters, then single undos and redos at the end of a long text",
          letters(60000) + "<<>" * 20000)
    write("secret", "18-largest", "As long as possible", letters(40000) + typed(80000, 400, 350))


main()
