import sys


def main():
    # Right, but draws the whole page anew after every key.
    keys = sys.stdin.read().split("\n")[1].strip()
    text, taken = [], []
    page = ""
    for key in keys:
        if key == "<":
            if text:
                taken.append(text.pop())
        elif key == ">":
            if taken:
                text.append(taken.pop())
        else:
            text.append(key)
            taken = []
        page = "".join(text)
    print(page or "(empty)")


main()
