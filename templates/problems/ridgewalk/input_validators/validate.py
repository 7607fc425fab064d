import re
import sys

NUMBER = r"(?:0|-?[1-9][0-9]*)"
lines = sys.stdin.read().split("\n")
assert re.fullmatch(r"0|[1-9][0-9]*", lines[0]), "n is a whole number"
n = int(lines[0])
assert n <= 30000, "n is at most 30000"
assert len(lines) == n + 2 and lines[-1] == "", "n lines, each with a line break"
for line in lines[1:-1]:
    assert re.fullmatch(f"{NUMBER} {NUMBER}", line), "a line holds two whole numbers"
    assert all(-(10**9) <= int(word) <= 10**9 for word in line.split(" ")), "both within the limits"
sys.exit(42)
