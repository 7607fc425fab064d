import sys
from collections import deque


def main():
    # Mistake: knows who gets out, but measures the way to the nearest exit as if there were no walls.
    rows, columns, *plan = sys.stdin.read().split()
    rows, columns = int(rows), int(columns)
    beeline = spread(plan, rows, columns, wall=None)
    real = spread(plan, rows, columns, wall="#")
    walks = [beeline[square] for square in real if plan[square[0]][square[1]] == "P"]
    print("out:", len(walks))
    print("steps:", sum(walks))
    print("longest:", max(walks, default=0))


def spread(plan, rows, columns, wall):
    distance = {(y, x): 0 for y in range(rows) for x in range(columns) if plan[y][x] == "E"}
    queue = deque(distance)
    while queue:
        y, x = queue.popleft()
        for square in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= square[0] < rows and 0 <= square[1] < columns and square not in distance:
                if plan[square[0]][square[1]] != wall:
                    distance[square] = distance[y, x] + 1
                    queue.append(square)
    return distance


main()
