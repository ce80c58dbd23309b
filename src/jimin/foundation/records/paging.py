"""Pages of a list by key instead of by number: the last page costs what the first does.

The address names only the row a page starts after, so no personal data gets into addresses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from .declare import RecordType

SIZE = 50
COUNTED = 100_000


@dataclass(frozen=True)
class Key:
    """One column of the order. Empty values come last, whichever way it runs."""

    name: str
    may_be_null: bool
    descends: bool

    def order(self, *, backward: bool) -> Any:
        column = F(self.name)
        descends = self.descends != backward
        if not self.may_be_null:
            return column.desc() if descends else column.asc()
        if backward:
            return column.desc(nulls_first=True) if descends else column.asc(nulls_first=True)
        return column.desc(nulls_last=True) if descends else column.asc(nulls_last=True)

    def beyond(self, value: Any, *, backward: bool) -> Q:
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward else Q(pk__in=[])
        comparison = "lt" if self.descends != backward else "gt"
        condition = Q(**{f"{self.name}__{comparison}": value})
        if self.may_be_null and not backward:
            condition |= Q(**{f"{self.name}__isnull": True})
        return condition

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    previous: str  # key to be given as `before`, empty on the first page
    following: str  # key to be given as `after`, empty on the last page


@dataclass(frozen=True)
class Count:
    number: int
    is_exact: bool


def sortable(record: RecordType, name: str) -> bool:
    """Fields sort by their stored value; sealed ones have no order."""
    return name in record.field_map and name not in record.sealed_names


def order_of(record: RecordType, sort: str = "") -> list[Key]:
    """The columns the list runs by; `sort` is a field's name, with a minus for descending."""
    descends = sort.startswith("-")
    name = sort.removeprefix("-")
    names = [name] if sortable(record, name) else list(record.ordering)
    descends = descends and sortable(record, name)
    keys = []
    for wanted in names:
        field = record.field_map[wanted.removesuffix("_id")]
        keys.append(Key(field.attname, field.null, descends))
    pk = record.model._meta.pk
    if pk is not None and pk.attname not in [k.name for k in keys]:
        keys.append(Key(pk.attname, False, descends))
    return keys


def ordered(
    queryset: QuerySet[Any], order: Sequence[Key], *, backward: bool = False
) -> QuerySet[Any]:
    return queryset.order_by(*(key.order(backward=backward) for key in order))


def page_of(
    queryset: QuerySet[Any], order: Sequence[Key], asked: Mapping[str, str], size: int = SIZE
) -> Page:
    """The page after or before the row that `asked` names, or the first, or with `last` the last.

    A row that is no longer in the list starts the list anew.
    """
    backward = bool(asked.get("before") or asked.get("last"))
    edge = _edge(queryset, asked.get("before") or asked.get("after") or "")
    if edge is None and not asked.get("last"):
        backward = False
    found = queryset if edge is None else queryset.filter(_beyond(order, edge, backward=backward))
    # First the keys alone: where no index serves the order, narrow rows are sorted far quicker.
    keys = ordered(found.select_related(None), order, backward=backward)
    wanted = list(keys.values_list("pk", flat=True)[: size + 1])
    rows = list(ordered(queryset.filter(pk__in=wanted), order, backward=backward))
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    first, last = str(rows[0].pk), str(rows[-1].pk)
    has_previous = more if backward else edge is not None
    has_following = edge is not None if backward else more
    return Page(rows, first if has_previous else "", last if has_following else "")


def neighbours(queryset: QuerySet[Any], order: Sequence[Key], pk: str) -> tuple[Any, Any]:
    """The rows before and after the one with this key; none when it is not in the list."""
    edge = _edge(queryset, pk)
    if edge is None:
        return None, None
    before, after = (
        ordered(queryset.filter(_beyond(order, edge, backward=backward)), order, backward=backward)[
            :1
        ]
        for backward in (True, False)
    )
    return next(iter(before), None), next(iter(after), None)


def count_of(queryset: QuerySet[Any]) -> Count:
    """How many rows there are, counted no further than anyone would read."""
    number = queryset.order_by()[: COUNTED + 1].count()
    return Count(min(number, COUNTED), number <= COUNTED)


def _edge(queryset: QuerySet[Any], pk: str) -> Model | None:
    if not pk:
        return None
    try:
        return queryset.filter(pk=pk).first()
    except (ValueError, TypeError):
        return None


def _beyond(order: Sequence[Key], edge: Model, *, backward: bool) -> Q:
    condition, equal = Q(pk__in=[]), Q()
    for key in order:
        value = getattr(edge, key.name)
        condition |= equal & key.beyond(value, backward=backward)
        equal &= key.equal(value)
    first = order[0]
    value = getattr(edge, first.name)
    if value is not None and not first.may_be_null:
        # Says nothing new, but lets the database start in its index at the edge.
        comparison = "lte" if first.descends != backward else "gte"
        condition &= Q(**{f"{first.name}__{comparison}": value})
    return condition
