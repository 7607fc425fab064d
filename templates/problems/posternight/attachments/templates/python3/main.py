import sys


def first_minute(needed, printers):
    # TODO: return the first minute at which enough posters are finished, or -1; a printer is (w, p, c).
    return -2


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    printers = list(zip(numbers[2::3], numbers[3::3], numbers[4::3]))
    print(first_minute(numbers[1], printers))


main()
