"""Which unit a task that names none may belong to, told by words. A person confirms it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MARKS = re.compile(r"[、，,；;\s]+")


@dataclass(frozen=True)
class Lead:
    """A unit, those that help it, and the words by which its subjects are known."""

    words: str
    unit: str
    co_units: str = ""


def suggested(title: str, text: str, leads: Iterable[Lead]) -> Lead | None:
    """The one whose words cover most of the task; what its title says counts double.

    Nothing is suggested where no word is met, or where two units are met equally.
    """
    weighed = [(_met(title, lead) * 2 + _met(text, lead), lead) for lead in leads]
    best = max((weight for weight, _lead in weighed), default=0)
    found = [lead for weight, lead in weighed if weight == best]
    units = {lead.unit for lead in found}
    return found[0] if best and len(units) == 1 else None


def names(joined: str) -> list[str]:
    """`财政局、扶贫办` as its parts."""
    return [name for name in MARKS.split(joined) if name]


def _met(text: str, lead: Lead) -> int:
    return sum(len(word) * text.count(word) for word in names(lead.words))
