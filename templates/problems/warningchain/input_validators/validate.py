import re
import sys

NUMBER = r"(?:0|[1-9][0-9]*)"
lines = sys.stdin.read().split("\n")
assert len(lines) == 4 and lines[3] == "", "three lines, each with a line break"
assert re.fullmatch(NUMBER, lines[0]), "n is a whole number"
n = int(lines[0])
assert 1 <= n <= 20000, "n is from 1 to 20000"
rows = []
for line in lines[1:3]:
    assert re.fullmatch(f"(?:{NUMBER}(?: {NUMBER})*)?", line), "whole numbers separated by single blanks"
    rows.append([int(word) for word in line.split(" ")] if line else [])
    assert len(rows[-1]) == n - 1, "a number for everybody but the warden"
assert all(caller < person for person, caller in enumerate(rows[0], 1)), "a caller has a smaller number"
assert all(1 <= minutes <= 10**6 for minutes in rows[1]), "a call takes 1 to 1000000 minutes"
sys.exit(42)
