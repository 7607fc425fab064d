import os
import sys

# The answer goes to the real standard output, whatever the solution prints to standard error.
answer = os.dup(1)
os.dup2(2, 1)

from solution import warn_all  # noqa: E402

n, *numbers = map(int, sys.stdin.read().split())
result = warn_all([0] + numbers[: n - 1], [0] + numbers[n - 1 :])
os.write(answer, f"{result}\n".encode())
