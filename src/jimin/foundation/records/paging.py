"""Pages of a list by key instead of by number: the last page costs what the first does.

The address names only the row a page starts after, so no personal data gets into addresses. A long
list is read along an index of its order, whatever its filters; how one sorts that has no such
index, only short lists do.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, Func, Model, Q, QuerySet
from django.db.models.expressions import Col
from django.db.models.sql.where import WhereNode

from .declare import RecordType

SIZE = 50
COUNTED = 100_000
SORTED = 20_000  # rows of a list that are sorted anew for every page, without an index


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

    @property
    def is_long(self) -> bool:
        return self.number > SORTED


@dataclass(frozen=True)
class Along:
    """How a list is read that is so long that it is read along the index of its order."""

    area: str  # the column by which SQLite would rather find all rows, to sort them; else empty


def sortable(record: RecordType, name: str) -> bool:
    """Fields sort by their stored value; sealed ones have no order, the key of a link says nothing
    to its reader."""
    field = record.field_map.get(name)
    if field is None or name in record.sealed_names:
        return False
    return not field.is_relation or field.attname == record.area


def sorts(record: RecordType, sort: str, count: Count) -> bool:
    """Whether so many rows can be sorted so: a long list only where an index has the order."""
    name = sort.removeprefix("-")
    is_short = record.is_short or not count.is_long
    return sortable(record, name) and (is_short or name in record.sorts)


def order_of(record: RecordType, sort: str = "") -> list[Key]:
    """The columns the list runs by; `sort` is a field's name, with a minus for descending.

    Rows alike lie as the places do, so that one index serves every area.
    """
    name = sort.removeprefix("-")
    descends = sort.startswith("-") and sortable(record, name)
    names = list(record.ordering)
    if sortable(record, name):
        by = [*record.sorts_by.get(name, [name])]
        if [_attname(record, each) for each in names[: len(by)]] != [
            _attname(record, each) for each in by
        ]:
            names = [*by, *([record.area] if _has_own_area(record) else [])]
    keys: dict[str, Key] = {}
    for each in (*names, "pk"):
        field = _field(record, each)
        keys.setdefault(field.attname, Key(field.attname, field.null, descends))
        if field.unique and not field.null:
            break
    return list(keys.values())


def _field(record: RecordType, name: str) -> Any:
    pk = record.model._meta.pk
    return pk if name == "pk" else record.field_map[name.removesuffix("_id")]


def _attname(record: RecordType, name: str) -> str:
    return str(_field(record, name).attname)


def _has_own_area(record: RecordType) -> bool:
    """Whether the code of its area is in the row itself."""
    return bool(record.area) and "__" not in record.area


def ordered(
    queryset: QuerySet[Any], order: Sequence[Key], *, backward: bool = False
) -> QuerySet[Any]:
    return queryset.order_by(*(key.order(backward=backward) for key in order))


def page_of(
    queryset: QuerySet[Any],
    order: Sequence[Key],
    asked: Mapping[str, str],
    size: int = SIZE,
    along: Along | None = None,
) -> Page:
    """The page after or before the row that `asked` names, or the first, or with `last` the last.

    A row that is no longer in the list starts the list anew. `along`: see `reading_along`.
    """
    backward = bool(asked.get("before") or asked.get("last"))
    edge = _edge(queryset, asked.get("before") or asked.get("after") or "")
    if edge is None and not asked.get("last"):
        backward = False
    # First the keys alone: where no index serves the order, narrow rows are sorted far quicker.
    wanted = _keys(queryset, order, edge, size + 1, backward=backward, along=along)
    found = {row.pk: row for row in queryset.filter(pk__in=wanted)}
    rows = [found[key] for key in wanted if key in found]
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


def neighbours(
    queryset: QuerySet[Any], order: Sequence[Key], pk: str, along: Along | None = None
) -> tuple[Any, Any]:
    """The rows before and after the one with this key; none when it is not in the list."""
    edge = _edge(queryset, pk)
    if edge is None:
        return None, None
    before, after = (
        _keys(queryset, order, edge, 1, backward=backward, along=along)
        for backward in (True, False)
    )
    found = queryset.in_bulk([*before, *after])
    return tuple(found.get(keys[0]) if keys else None for keys in (before, after))  # type: ignore[return-value]


def count_of(queryset: QuerySet[Any]) -> Count:
    """How many rows there are, counted no further than anyone would read."""
    number = queryset.order_by()[: COUNTED + 1].count()
    return Count(min(number, COUNTED), number <= COUNTED)


def reading_along(record: RecordType, count: Count) -> Along | None:
    """How a list of so many rows is read; nothing where it may as well be sorted.

    Each row is then asked for its area: PostgreSQL sees by itself what a page needs, SQLite does
    not.
    """
    if not count.is_long:
        return None
    is_hidden = _has_own_area(record) and connection.vendor == "sqlite"
    return Along(_attname(record, record.area) if is_hidden else "")


def _edge(queryset: QuerySet[Any], pk: str) -> Model | None:
    if not pk:
        return None
    try:
        return queryset.filter(pk=pk).first()
    except (ValueError, TypeError):
        return None


def _keys(
    queryset: QuerySet[Any],
    order: Sequence[Key],
    edge: Model | None,
    number: int,
    *,
    backward: bool,
    along: Along | None,
) -> list[Any]:
    """The keys of the first rows beyond the edge."""
    rows = queryset.select_related(None)
    if along and along.area and order[0].name != along.area:
        rows = _unindexed(rows, along.area)
    parts = _parts if along and order[0].may_be_null else _whole
    keys: list[Any] = []
    for part in parts(rows, order, edge, backward=backward):
        if len(keys) < number:
            keys += part.values_list("pk", flat=True)[: number - len(keys)]
    return keys


def _whole(
    queryset: QuerySet[Any], order: Sequence[Key], edge: Model | None, *, backward: bool
) -> Iterator[QuerySet[Any]]:
    yield _beyond(queryset, order, order, edge, backward=backward)


def _parts(
    queryset: QuerySet[Any], order: Sequence[Key], edge: Model | None, *, backward: bool
) -> Iterator[QuerySet[Any]]:
    """What lies beyond the edge. Where the first column may be empty, the rows in which it is come
    apart: databases disagree about where they lie in an index."""
    first, *rest = order
    plain = [replace(first, may_be_null=False), *rest]
    is_edge_empty = edge is not None and getattr(edge, first.name) is None
    is_edge_filled = edge is not None and not is_edge_empty
    parts = []
    if backward or not is_edge_empty:
        filled = queryset.filter(**{f"{first.name}__isnull": False})
        beyond = edge if is_edge_filled else None
        parts.append(_beyond(filled, plain, plain, beyond, backward=backward))
    if not (backward and is_edge_filled):
        empty = queryset.filter(**{f"{first.name}__isnull": True})
        beyond = edge if is_edge_empty else None
        parts.append(_beyond(empty, plain, rest, beyond, backward=backward))
    yield from reversed(parts) if backward else parts


def _beyond(
    queryset: QuerySet[Any],
    order: Sequence[Key],
    differing: Sequence[Key],
    edge: Model | None,
    *,
    backward: bool,
) -> QuerySet[Any]:
    """The rows beyond the edge in their order, in which they differ by the keys named."""
    rows = ordered(queryset, order, backward=backward)
    if edge is None:
        return rows
    condition, equal = Q(pk__in=[]), Q()
    for key in differing:
        value = getattr(edge, key.name)
        condition |= equal & key.beyond(value, backward=backward)
        equal &= key.equal(value)
    first = differing[0]
    if not first.may_be_null:
        # Says nothing new, but lets the database start in its index at the edge.
        comparison = "lte" if first.descends != backward else "gte"
        condition &= Q(**{f"{first.name}__{comparison}": getattr(edge, first.name)})
    return rows.filter(condition)


class _Unindexed(Func):
    """The value of a column, by which SQLite does not look for an index."""

    template = "+%(expressions)s"
    arity = 1


def _unindexed(queryset: QuerySet[Any], name: str) -> QuerySet[Any]:
    found = queryset.all()
    _hide(found.query.where, name)
    return found


def _hide(node: WhereNode, name: str) -> None:
    for place, child in enumerate(node.children):
        column = getattr(child, "lhs", None)
        if isinstance(child, WhereNode):
            _hide(child, name)
        elif isinstance(column, Col) and column.target.attname == name:
            hidden = copy(child)
            hidden.lhs = _Unindexed(column)  # type: ignore[union-attr]
            node.children[place] = hidden
