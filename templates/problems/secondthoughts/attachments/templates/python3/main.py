import sys


def final_text(keys):
    # TODO: return the text that stands on the page in the end.
    return ""


def main():
    lines = sys.stdin.read().split("\n")
    print(final_text(lines[1].strip()) or "(empty)")


main()
