import re
import sys

lines = sys.stdin.read().split("\n")
assert len(lines) == 4 and lines[3] == "", "three lines, each with a line break"
NUMBER = r"(?:0|[1-9][0-9]*)"
assert re.fullmatch(f"{NUMBER}(?: {NUMBER}){{3}}", lines[0]), "four whole numbers"
n, m, c, w = map(int, lines[0].split(" "))
assert n <= 20000 and m <= 20000, "n and m are at most 20000"
assert 1 <= c <= 80, "c is from 1 to 80"
assert w <= 1000000, "w is at most 1000000"
for line, count in ((lines[1], n), (lines[2], m)):
    assert re.fullmatch(f"(?:{NUMBER}(?: {NUMBER})*)?", line), "whole numbers separated by single blanks"
    minutes = [int(word) for word in line.split(" ")] if line else []
    assert len(minutes) == count, "as many numbers as the first line says"
    assert minutes == sorted(minutes), "in ascending order"
    assert all(minute <= 1000000 for minute in minutes), "a minute is at most 1000000"
sys.exit(42)
