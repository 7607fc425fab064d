import re
import sys

NUMBER = r"(?:0|[1-9][0-9]*)"
lines = sys.stdin.read().split("\n")
assert re.fullmatch(f"{NUMBER} {NUMBER}", lines[0]), "n and m are whole numbers"
n, m = map(int, lines[0].split(" "))
assert 2 <= n <= 15000, "n is from 2 to 15000"
assert m <= 30000, "m is at most 30000"
assert len(lines) == m + 2 and lines[-1] == "", "m lines, each with a line break"
for line in lines[1:-1]:
    assert re.fullmatch(f"{NUMBER} {NUMBER}", line), "a line holds two whole numbers"
    a, b = map(int, line.split(" "))
    assert 1 <= a <= n and 1 <= b <= n and a != b, "a bridge joins two different islands"
sys.exit(42)
