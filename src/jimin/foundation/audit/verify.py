"""Walking the chain: in constant memory, stopping at the first broken link."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .models import Entry
from .services import GENESIS, digest_of_values

CHUNK = 2000
FIELDS = (
    "id",
    "previous",
    "hash",
    "at",
    "actor_id",
    "actor_label",
    "verb",
    "subject",
    "key",
    "values",
    "reason",
)
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Head:
    """The end of the chain. Noted elsewhere, it shows later whether the end was cut off."""

    count: int
    key: int
    hash: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Walk:
    """What a walk found: how many lines were in order, and what is wrong, if anything."""

    count: int
    fault: str = ""
    after_head: int = 0  # lines written since the noted end


def head() -> Head:
    last = Entry.objects.order_by("-id").first()
    if last is None:
        return Head(0, 0, GENESIS, None)
    return Head(Entry.objects.count(), last.pk, last.hash, last.at)


def walk(*, noted: str = "", tell: Tell = lambda count: None) -> Walk:
    """Check every line. With a `noted` hash the chain must also have come past it."""
    previous, count = GENESIS, 0
    seen_at = 0 if noted == GENESIS else None
    rows = Entry.objects.order_by("id").values_list(*FIELDS).iterator(chunk_size=CHUNK)
    for pk, before, own, *content in rows:
        if before != previous:
            return Walk(count, _broken_link(pk))
        if own != digest_of_values(before, *content):
            return Walk(count, _("第 %(id)s 条留痕的内容被改动过。") % {"id": pk})
        previous = own
        count += 1
        if own == noted:
            seen_at = count
        if count % 100_000 == 0:
            tell(count)
    if not noted:
        return Walk(count)
    if seen_at is None:
        return Walk(count, _("留痕链中没有记下的末尾哈希：其后的记录被删除，或整条链被换过。"))
    return Walk(count, after_head=count - seen_at)


def _broken_link(pk: Any) -> str:
    return _("第 %(id)s 条留痕与上一条不相接：其间有记录被删除或调换。") % {"id": pk}
