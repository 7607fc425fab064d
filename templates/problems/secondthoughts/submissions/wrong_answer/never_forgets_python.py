import sys


def main():
    # Mistake: a letter typed does not make the machine forget what was taken off.
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
    print("".join(text) or "(empty)")


main()
