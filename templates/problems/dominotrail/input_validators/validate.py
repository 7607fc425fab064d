import re
import sys

lines = sys.stdin.read().split("\n")
assert re.fullmatch(r"0|[1-9][0-9]*", lines[0]), "n is a whole number"
n = int(lines[0])
assert n <= 13, "n is at most 13"
assert len(lines) == n + 2 and lines[-1] == "", "n lines, each with a line break"
assert all(re.fullmatch(r"[0-6] [0-6]", line) for line in lines[1:-1]), "a line holds two numbers from 0 to 6"
sys.exit(42)
