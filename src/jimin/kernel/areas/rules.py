"""Division codes (GB/T 10114 and the statistical codes): 2+2+2+3+3 digits, padded with zeros.

Because a code begins with its parent's code, everything inside an area is one range of codes.
That range is how rows are scoped: one indexed comparison, no join, no list of ids.
"""

LENGTHS = {"province": 2, "city": 4, "county": 6, "township": 9, "community": 12}
DIGITS = 12


def level_of(code: str) -> str:
    """The level a 12-digit code stands for: the shortest prefix that says everything."""
    return next(level for level, length in LENGTHS.items() if set(code[length:]) <= {"0"})


def reach(code: str) -> tuple[str, str]:
    """First and last code inside an area: 220202000000 → 220202000000 to 220202999999."""
    prefix = code[: LENGTHS[level_of(code)]]
    return code, prefix.ljust(DIGITS, "9")


def ancestors(code: str) -> list[str]:
    """Codes from the province down to the area itself."""
    lengths = [n for n in LENGTHS.values() if n <= LENGTHS[level_of(code)]]
    return [code[:n].ljust(DIGITS, "0") for n in lengths]
