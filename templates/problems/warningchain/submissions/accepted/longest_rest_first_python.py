def warn_all(caller, minutes):
    n = len(caller)
    rest = [0] * n
    calls = [[] for _ in range(n)]
    for person in range(n - 1, -1, -1):
        now = longest = 0
        for after, length in sorted(calls[person], reverse=True):
            now += length
            longest = max(longest, now + after)
        rest[person] = longest
        if person > 0:
            calls[caller[person]].append((longest, minutes[person]))
    return rest[0]
