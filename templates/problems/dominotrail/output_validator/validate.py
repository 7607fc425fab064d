"""Takes any longest trail: input, answer and feedback directory are arguments, the output comes on standard input."""
import re
import sys
from collections import Counter


def wrong(message):
    print(message)
    sys.exit(43)


def read_numbers(path):
    with open(path) as f:
        return list(map(int, f.read().split()))


def pairs(numbers):
    return list(zip(numbers[::2], numbers[1::2]))


dominoes = pairs(read_numbers(sys.argv[1])[1:])
longest = read_numbers(sys.argv[2])[0]
words = sys.stdin.buffer.read().decode("utf-8", "replace").split()
if not words:
    wrong("Nothing was printed")
strange = next((word for word in words if not re.fullmatch("[0-9]{1,9}", word)), None)
if strange is not None:
    wrong(f"{strange[:20]!r} is not a number of pips")
length, *numbers = map(int, words)
if len(numbers) != 2 * length:
    wrong(f"{length} dominoes need {2 * length} numbers, not {len(numbers)}")
trail = pairs(numbers)
for left, right in zip(trail, trail[1:]):
    if left[1] != right[0]:
        wrong(f"{left[0]} {left[1]} and {right[0]} {right[1]} do not fit")
missing = Counter(map(tuple, map(sorted, trail))) - Counter(map(tuple, map(sorted, dominoes)))
if missing:
    wrong("There are not as many dominoes {} {}".format(*min(missing)))
if length < longest:
    wrong(f"A trail of {length}, but there is a longer one")
if length > longest:
    sys.exit("the answer is not the longest trail")
sys.exit(42)
