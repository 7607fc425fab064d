import re
import sys

NUMBER = r"(?:0|[1-9][0-9]*)"
lines = sys.stdin.read().split("\n")
assert re.fullmatch(f"{NUMBER} {NUMBER}", lines[0]), "n and m are whole numbers"
n, m = map(int, lines[0].split(" "))
assert 1 <= n <= 10000, "n is from 1 to 10000"
assert 1 <= m <= 10**12, "m is from 1 to 1000000000000"
assert len(lines) == n + 2 and lines[-1] == "", "n lines, each with a line break"
for line in lines[1:-1]:
    assert re.fullmatch(f"{NUMBER} {NUMBER} {NUMBER}", line), "a line holds three whole numbers"
    w, p, c = map(int, line.split(" "))
    assert w <= 10**6 and 1 <= p <= 10**6 and c <= 10**9, "all within the limits"
sys.exit(42)
