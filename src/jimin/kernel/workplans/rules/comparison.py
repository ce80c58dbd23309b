"""Which row of a revised text is which row of the ledger before it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SAME_ENOUGH = 0.6


@lru_cache(maxsize=20_000)
def _pairs(words: str) -> frozenset[str]:
    words = re.sub(r"[^\w]", "", words)
    return frozenset(words[i : i + 2] for i in range(len(words) - 1)) or frozenset([words])


def likeness(one: str, other: str) -> float:
    """The share of neighbouring characters two wordings have in common: 1 for the same."""
    a, b = _pairs(one), _pairs(other)
    return 2 * len(a & b) / (len(a) + len(b))


@dataclass(frozen=True)
class Described:
    """What tells a row from others: its name, its words and what it is counted in."""

    name: str
    quote: str
    unit: str = ""
    value: str = ""


def alike(one: Described, other: Described) -> float:
    """How sure it is that both are the same promise; a figure may have changed in between."""
    sure = 0.65 * likeness(one.name, other.name) + 0.25 * likeness(one.quote, other.quote)
    if one.unit == other.unit:
        sure += 0.06
    if one.value == other.value:
        sure += 0.04
    return sure


def pair(new: Sequence[Described], old: Sequence[Described]) -> Iterator[tuple[int, int]]:
    """Pairs of places, the surest first; each row stands in one pair at most."""
    candidates = sorted(
        (
            (sure, i, j)
            for i, one in enumerate(new)
            for j, other in enumerate(old)
            if (sure := alike(one, other)) >= SAME_ENOUGH
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    taken_new: set[int] = set()
    taken_old: set[int] = set()
    for _sure, i, j in candidates:
        if i not in taken_new and j not in taken_old:
            taken_new.add(i)
            taken_old.add(j)
            yield i, j
