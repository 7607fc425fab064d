import re
import sys

lines = sys.stdin.read().split("\n")
assert len(lines) == 3 and lines[2] == "", "two lines, each with a line break"
assert re.fullmatch(r"0|[1-9][0-9]*", lines[0]), "n is a whole number"
assert int(lines[0]) <= 120000, "n is at most 120000"
assert re.fullmatch(r"[a-z<>]*", lines[1]), "a key is a small letter, < or >"
assert len(lines[1]) == int(lines[0]), "n keys"
sys.exit(42)
