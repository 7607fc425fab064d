import sys


def longest_block(artists, k):
    # TODO: return the length of the longest allowed block and the number of its first song (from 1).
    return 0, 0


def main():
    words = sys.stdin.read().split()
    k = int(words[1])
    artists = words[2:]
    length, start = longest_block(artists, k)
    print(length, start)


main()
