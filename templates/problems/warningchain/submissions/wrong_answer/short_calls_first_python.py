def warn_all(caller, minutes):
    # Mistake: everybody makes the shortest calls first.
    n = len(caller)
    warned = [0] * n
    calls = [[] for _ in range(n)]
    for person in range(1, n):
        calls[caller[person]].append(person)
    for person in range(n):
        now = warned[person]
        for called in sorted(calls[person], key=lambda called: minutes[called]):
            now += minutes[called]
            warned[called] = now
    return max(warned)
