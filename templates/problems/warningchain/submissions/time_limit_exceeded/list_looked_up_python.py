def warn_all(caller, minutes):
    # Right, but looks through all people to find the list of each.
    n = len(caller)
    rest = [0] * n
    for person in range(n - 1, -1, -1):
        called = [i for i in range(1, n) if caller[i] == person]
        called.sort(key=lambda i: rest[i], reverse=True)
        now = 0
        for i in called:
            now += minutes[i]
            rest[person] = max(rest[person], now + rest[i])
    return rest[0]
