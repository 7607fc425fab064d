import re
import sys

lines = sys.stdin.read().split("\n")
assert re.fullmatch(r"[1-9][0-9]* [1-9][0-9]*", lines[0]), "r and c are positive whole numbers"
rows, columns = map(int, lines[0].split(" "))
assert rows <= 400 and columns <= 400, "r and c are at most 400"
assert len(lines) == rows + 2 and lines[-1] == "", "r lines, each with a line break"
for line in lines[1:-1]:
    assert len(line) == columns and set(line) <= set(".#PE"), "a line holds c of the four characters"
sys.exit(42)
