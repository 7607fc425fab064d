import sys


def drill(plan):
    # TODO: return how many people get out, the sum of their steps and the longest walk.
    return 0, 0, 0


def main():
    plan = sys.stdin.read().split()[2:]
    out, steps, longest = drill(plan)
    print("out:", out)
    print("steps:", steps)
    print("longest:", longest)


main()
