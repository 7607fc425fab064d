import re
import sys

lines = sys.stdin.read().split("\n")
assert re.fullmatch(r"[1-9][0-9]*", lines[0]), "n is a whole number"
n = int(lines[0])
assert 2 <= n <= 40000, "n is from 2 to 40000"
assert len(lines) == n + 2 and lines[-1] == "", "n lines, each with a line break"
times = set()
for line in lines[1:-1]:
    assert re.fullmatch(r"(?:0|[1-9][0-9]*) (?:0|-?[1-9][0-9]*)", line), "a line holds a time and an altitude"
    time, altitude = map(int, line.split(" "))
    assert time <= 1000000, "a time is at most 1000000"
    assert -400 <= altitude <= 40000, "an altitude is from -400 to 40000"
    times.add(time)
assert len(times) == n, "all times are different"
sys.exit(42)
