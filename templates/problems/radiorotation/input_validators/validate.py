import re
import sys

text = sys.stdin.read()
lines = text.split("\n")
assert len(lines) == 3 and lines[2] == "", "two lines, each with a line break"
assert re.fullmatch(r"(0|[1-9][0-9]*) [1-9][0-9]*", lines[0]), "n and k are whole numbers"
n, k = map(int, lines[0].split(" "))
assert n <= 50000 and k <= 50000, "n and k are at most 50000"
artists = lines[1].split(" ") if lines[1] else []
assert len(artists) == n, "n artists separated by single blanks"
for artist in artists:
    assert re.fullmatch(r"[A-Za-z0-9-]{1,20}", artist), "a name has 1 to 20 letters, digits and hyphens"
sys.exit(42)
