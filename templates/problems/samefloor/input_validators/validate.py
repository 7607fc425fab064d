import re
import sys

text = sys.stdin.read()
lines = text.split("\n")
assert len(lines) == 3 and lines[2] == "", "two lines, each with a line break"
assert re.fullmatch(r"0|[1-9][0-9]*", lines[0]), "n is a whole number"
n = int(lines[0])
assert n <= 30000, "n is at most 30000"
floors = lines[1].split(" ") if lines[1] else []
assert len(floors) == n, "n floors separated by single blanks"
for floor in floors:
    assert re.fullmatch(r"0|-?[1-9][0-9]*", floor), "a floor is a whole number"
    assert -(10**9) <= int(floor) <= 10**9, "a floor is within the limits"
sys.exit(42)
