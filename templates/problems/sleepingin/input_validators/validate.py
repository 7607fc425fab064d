import re
import sys

NUMBER = r"(?:0|[1-9][0-9]*)"
BILLION = 10**9
lines = sys.stdin.read().split("\n")
assert re.fullmatch(f"{NUMBER} {NUMBER} {NUMBER}", lines[0]), "n, m and t are whole numbers"
n, m, t = map(int, lines[0].split(" "))
assert 2 <= n <= 4000, "n is from 2 to 4000"
assert m <= 10000, "m is at most 10000"
assert t <= BILLION, "t is at most 1000000000"
assert len(lines) == m + 2 and lines[-1] == "", "m lines, each with a line break"
for line in lines[1:-1]:
    assert re.fullmatch(f"{NUMBER}(?: {NUMBER}){{5}}", line), "a line holds six whole numbers"
    a, b, s, *others = map(int, line.split(" "))
    assert 1 <= a <= n and 1 <= b <= n and a != b, "a bus line joins two different towns"
    assert s <= BILLION and all(1 <= number <= BILLION for number in others), "all within the limits"
sys.exit(42)
