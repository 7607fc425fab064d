import sys


def main():
    keys = sys.stdin.read().split("\n")[1].strip()
    text, taken = [], []
    for key in keys:
        if key == "<":
            if text:
                taken.append(text.pop())
        elif key == ">":
            if taken:
                text.append(taken.pop())
        else:
            text.append(key)
            taken.clear()
    print("".join(text) or "(empty)")


main()
