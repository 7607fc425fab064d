def warn_all(caller: list[int], minutes: list[int]) -> int:
    # TODO: return the number of minutes until everybody has been warned.
    return -1
