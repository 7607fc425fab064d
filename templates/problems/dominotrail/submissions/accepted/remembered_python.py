import sys


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    dominoes = list(zip(numbers[1::2], numbers[2::2]))
    # By open number: the dominoes that fit as bits, with their other halves.
    fitting = [[] for _ in range(7)]
    for i, (a, b) in enumerate(dominoes):
        fitting[a].append((1 << i, b))
        if a != b:
            fitting[b].append((1 << i, a))
    known = {}

    def longest(used, end):
        """Length of the longest way to go on, the bit of its first domino and that domino's other half."""
        key = used * 7 + end
        if key in known:
            return known[key]
        best = (0, 0, 0)
        for bit, other in fitting[end]:
            if not used & bit:
                length = 1 + longest(used | bit, other)[0]
                if length > best[0]:
                    best = (length, bit, other)
        known[key] = best
        return best

    end = max(range(7), key=lambda number: longest(0, number)[0])
    used = 0
    print(longest(used, end)[0])
    while True:
        length, bit, other = longest(used, end)
        if length == 0:
            break
        print(end, other)
        used |= bit
        end = other


main()
