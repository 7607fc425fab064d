import sys


def main():
    rows, columns, *plan = sys.stdin.read().split()
    width = int(columns) + 2
    squares = "#" * width + "".join("#" + line + "#" for line in plan) + "#" * width
    distance = [-1] * len(squares)
    queue = [i for i, square in enumerate(squares) if square == "E"]
    for i in queue:
        distance[i] = 0
    for i in queue:
        steps = distance[i] + 1
        for j in (i - width, i - 1, i + 1, i + width):
            if distance[j] < 0 and squares[j] != "#":
                distance[j] = steps
                queue.append(j)
    walks = [distance[i] for i, square in enumerate(squares) if square == "P" and distance[i] >= 0]
    print("out:", len(walks))
    print("steps:", sum(walks))
    print("longest:", max(walks, default=0))


main()
