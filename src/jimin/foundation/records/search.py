"""One box for names, pinyin, initials, numbers and places.

Every comparison is from the start of the value or exact, so that an index serves it.
"""

import re
from typing import Any

from django.db import connection
from django.db.models import Q

from jimin.foundation.sealed.fields import Sealed
from jimin.foundation.tables import tidy

from .checks import digests_for, resolve
from .declare import RecordType
from .places import area_model, inside

LONGEST = 60
MOST_WORDS = 4
MOST_PLACES = 30
MOST_KEYS = 500
FEWEST_DIGITS = 5
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LONG_NUMBER = re.compile(r"[0-9][0-9 ]{15,25}[0-9Xx]")
LAST_CHARACTER = "\U0010ffff"


def matching(record: RecordType, text: str) -> Q | None:
    """Rows that fit every word of the text; None when nothing was asked."""
    text = tidy(text)[:LONGEST]
    if _LONG_NUMBER.fullmatch(text):
        text = text.replace(" ", "")
    found: Q | None = None
    for word in text.split()[:MOST_WORDS]:
        one = _word(record, word)
        found = one if found is None else found & one
    return None if found is None else _known(record, found)


def _known(record: RecordType, found: Q) -> Q:
    """The keys themselves where they are few, which costs a query: a list asks for its page and
    for its count, and searching twice would be slower."""
    keys = record.reach().filter(found).order_by().values_list("pk", flat=True)[: MOST_KEYS + 1]
    known = list(keys)
    return Q(pk__in=known) if len(known) <= MOST_KEYS else found


def _word(record: RecordType, word: str) -> Q:
    """Each comparison is a query of its own, so that each finds its index; then their union."""
    parts = []
    for name in record.search:
        if callable(name):
            part = name(word)
        elif name == "area":
            part = _places(record, word)
        else:
            part = _field(record, name, word)
        if part is not None:
            parts.append(part)
    found = [record.reach().filter(part).order_by().values("pk") for part in parts]
    if not found:
        return Q(pk__in=[])
    return Q(pk__in=found[0].union(*found[1:]) if len(found) > 1 else found[0])


def _field(record: RecordType, name: str, word: str) -> Q | None:
    link, _, last = name.rpartition("__")
    model: Any = resolve(record.model, link).related_model if link else record.model
    part = by_number(model, last, word)
    if part is None:
        if isinstance(resolve(model, last), Sealed):
            return None
        part = _starts(last, word)
    if link:
        return Q(**{f"{link}__in": model._base_manager.filter(part).values("pk")})
    return part


def by_number(model: Any, name: str, word: str) -> Q | None:
    """Sealed values equal to the word, or ending with it where such digests are kept; None if the
    word is no number."""
    digits = sum(c.isdigit() for c in word)
    if digits < len(word) - 1:
        return None
    found: Q | None = None
    for field in digests_for(model, name):
        if field.last == len(word) or (not field.last and digits >= FEWEST_DIGITS):
            one = Q(**{field.name: field.digest_of(word.upper())})
            found = one if found is None else found | one
    return found


def _starts(name: str, word: str) -> Q:
    condition = starts_with(name, word)
    if word.lower() != word:  # pinyin is kept in small letters, numbers as they were given
        condition |= starts_with(name, word.lower())
    return condition


def starts_with(name: str, word: str) -> Q:
    """The start of a value by an index: SQLite uses none for LIKE with an ESCAPE clause."""
    if connection.vendor == "sqlite":
        return Q(**{f"{name}__gte": word, f"{name}__lt": word + LAST_CHARACTER})
    return Q(**{f"{name}__startswith": word})


def _places(record: RecordType, word: str) -> Q | None:
    """Rows in places whose name or initials begin so. Short words mean persons, not places."""
    fewest = 2 if _HAN.search(word) else 3
    if len(word) < fewest or word[0].isdigit() or not record.area:
        return None
    named = starts_with("name", word) | starts_with("initials", word.lower())
    condition = Q()
    for area in area_model().objects.filter(named)[:MOST_PLACES]:
        condition |= inside(record.area, area)
    return condition or None
