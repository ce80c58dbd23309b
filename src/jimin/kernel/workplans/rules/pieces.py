"""Cutting a text into runs, so that a page can mark where each row of a ledger stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Piece:
    """A run of the text under the same rows; `anchors` are the rows that begin here."""

    text: str
    rows: str
    anchors: Sequence[str]


def pieces(
    text: str, rows: Mapping[str, Any], start: int = 0, end: int | None = None
) -> list[Piece]:
    """Cut a text where a row's span begins or ends, keeping which rows lie over each piece."""
    end = len(text) if end is None else end
    spans = [
        (max(row.start, start), min(row.end, end), name)
        for name, row in rows.items()
        if row.start is not None and row.end is not None and row.start < end and row.end > start
    ]
    cuts = sorted({start, end, *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
    beginning: dict[int, list[str]] = {}
    ending: dict[int, list[str]] = {}
    for first, last, name in spans:
        beginning.setdefault(first, []).append(name)
        ending.setdefault(last, []).append(name)
    found, over = [], dict[str, None]()
    for cut, following in pairwise(cuts):
        for name in ending.get(cut, []):
            over.pop(name, None)
        anchors = beginning.get(cut, [])
        over.update(dict.fromkeys(anchors))
        found.append(Piece(text[cut:following], " ".join(over), anchors))
    return found
