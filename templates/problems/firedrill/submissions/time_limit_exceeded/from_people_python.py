import sys
from collections import deque


def main():
    # One search for every person: right, but far too slow for a crowd.
    rows, columns, *plan = sys.stdin.read().split()
    rows, columns = int(rows), int(columns)
    walks = []
    for y in range(rows):
        for x in range(columns):
            if plan[y][x] == "P":
                steps = search(plan, rows, columns, y, x)
                if steps is not None:
                    walks.append(steps)
    print("out:", len(walks))
    print("steps:", sum(walks))
    print("longest:", max(walks, default=0))


def search(plan, rows, columns, y, x):
    seen = {(y, x)}
    queue = deque([(y, x, 0)])
    while queue:
        y, x, steps = queue.popleft()
        if plan[y][x] == "E":
            return steps
        for square in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= square[0] < rows and 0 <= square[1] < columns and square not in seen:
                if plan[square[0]][square[1]] != "#":
                    seen.add(square)
                    queue.append((*square, steps + 1))
    return None


main()
