"""Exporting the rows a list shows, in any number, with a line that says who took them and why."""

import datetime as dt
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import keys
from jimin.foundation.sealed.rules import masked
from jimin.foundation.tables import OutColumn, Value, stream_csv, stream_xlsx

from . import filters, paging, places, search
from .declare import Column, RecordType
from .values import cell, hidden, link_text

CHUNK = 1000
MOST_ROWS = 1_000_000  # of one sheet of Excel
WIDE, USUAL, NARROW = 30, 18, 12
DIGITS_TO_MASK = 5


@dataclass(frozen=True)
class Wanted:
    """What was asked for. `columns` are those of the list; without them every field is written."""

    query: str
    form: str  # xlsx or csv
    unmasked: bool = False
    reason: str = ""
    columns: tuple[str, ...] = ()

    def sealed(self) -> str:
        """To be kept until a job does it: a query may hold a number that was searched for."""
        return keys().seal(json.dumps(asdict(self), ensure_ascii=False))

    @classmethod
    def opened(cls, sealed: str) -> "Wanted":
        kept = json.loads(keys().open(sealed))
        return cls(**{**kept, "columns": tuple(kept["columns"])})

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("view", "export", "unmask") if self.unmasked else ("view", "export")


class Export:
    """The rows as they are when this is made: their keys, in the order of the list."""

    def __init__(self, user: User, record: RecordType, wanted: Wanted) -> None:
        self.user, self.record, self.wanted = user, record, wanted
        self.at = timezone.localtime()
        asked = QueryDict(wanted.query)
        rows = filters.rows_of(filters.filtered(record, asked, record.rows(*wanted.verbs)))
        condition = search.matching(record, asked.get("q", ""))
        rows = rows if condition is None else rows.filter(condition)
        rows = paging.ordered(rows, paging.order_of(record, asked.get("sort", "")))
        found = rows.values_list("pk", flat=True)[: MOST_ROWS + 1]
        is_number = isinstance(record.model._meta.pk, models.IntegerField)
        keys_found = found.iterator(chunk_size=CHUNK)
        self.keys: Sequence[Any] = array("q", keys_found) if is_number else list(keys_found)
        self.written = 0

    @property
    def title(self) -> str:
        """The line above the header: a copy that goes astray says where it came from."""
        reason = (
            _("用途：%(reason)s。") % {"reason": self.wanted.reason} if self.wanted.reason else ""
        )
        said = _("%(who)s于 %(at)s 导出，共 %(count)s 条。%(reason)s内部资料，请妥善保管。")
        return said % {
            "who": f"{self.user.name}（{self.user.username}）",
            "at": f"{self.at:%Y-%m-%d %H:%M}",
            "count": len(self.keys),
            "reason": reason,
        }

    @property
    def file_name(self) -> str:
        return f"{self.record.label}-{self.at:%Y%m%d-%H%M}.{self.wanted.form}"

    def line(self) -> audit.Line:
        facts = {
            "rows": len(self.keys),
            "format": self.wanted.form,
            "unmasked": self.wanted.unmasked,
            "conditions": _conditions(QueryDict(self.wanted.query)),
        }
        reason = self.wanted.reason[:400]
        return audit.Line("export", self.record.label_lower, "", facts, reason)

    def write(self, path: Path, tell: Callable[[int], None] = lambda done: None) -> None:
        rows = self._told(tell)
        if self.wanted.form == "csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(stream_csv(self._heads(), rows, title=self.title))
        else:
            stream_xlsx(path, str(self.record.label), self._heads(), rows, title=self.title)

    def csv(self) -> Iterator[bytes]:
        rows = self._told(lambda done: None)
        return (line.encode() for line in stream_csv(self._heads(), rows, title=self.title))

    def _told(self, tell: Callable[[int], None]) -> Iterator[Sequence[Value]]:
        for values in self._rows():
            yield values
            self.written += 1
            if self.written % CHUNK == 0:
                tell(self.written)

    def _rows(self) -> Iterator[Sequence[Value]]:
        """Chunk by chunk, by key: no cursor stays open while a slow reader takes the rows."""
        chunks = (self.keys[at : at + CHUNK] for at in range(0, len(self.keys), CHUNK))
        if self.wanted.columns:
            return self._listed(chunks)
        return self._fields(chunks)

    def _fields(self, chunks: Iterable[Sequence[Any]]) -> Iterator[Sequence[Value]]:
        record = self.record
        fields = [record.field_map[name] for name in record.fields]
        cells = [_Cells(record, field, unmasked=self.wanted.unmasked) for field in fields]
        rows = record.rows(*self.wanted.verbs).select_related(None)
        for keys_of in chunks:
            found = rows.filter(pk__in=list(keys_of)).values_list(
                "pk", *(field.attname for field in fields)
            )
            by_key = {row[0]: row[1:] for row in found}
            ordered = [by_key[key] for key in keys_of if key in by_key]
            for place, one in enumerate(cells):
                one.learn(row[place] for row in ordered)
            reads = [one.read for one in cells]
            for row in ordered:
                yield [
                    None if value is None else read(value)
                    for read, value in zip(reads, row, strict=True)
                ]

    def _listed(self, chunks: Iterable[Sequence[Any]]) -> Iterator[Sequence[Value]]:
        columns = self._columns()
        rows = self.record.rows(*self.wanted.verbs)
        for keys_of in chunks:
            by_key = rows.in_bulk(list(keys_of))
            for key in keys_of:
                if key in by_key:
                    yield [self._cell(column, by_key[key]) for column in columns]

    def _columns(self) -> list[Column]:
        known = self.record.available_columns
        return [known[name] for name in self.wanted.columns if name in known]

    def _cell(self, column: Column, obj: Any) -> Value:
        if _is_field(self.record, column):
            return cell(self.record, obj, column.name, unmasked=self.wanted.unmasked)
        value = column.value(obj)
        return value if isinstance(value, bool | int | dt.date) else str(value or "")

    def _heads(self) -> list[OutColumn]:
        if not self.wanted.columns:
            return columns_of(self.record)
        return [
            _column(self.record.field_map[c.name], str(c.label))
            if _is_field(self.record, c)
            else OutColumn(str(c.label), USUAL)
            for c in self._columns()
        ]


def _is_field(record: RecordType, column: Column) -> bool:
    """Whether a column of the list is a field as it is, not one with a computed value."""
    declared = {c.name for c in record.columns if isinstance(c, Column)}
    return column.name in record.field_map and column.name not in declared


class _Cells:
    """`values.cell` for a column of stored values: links are looked up a chunk at a time."""

    def __init__(self, record: RecordType, field: Any, *, unmasked: bool) -> None:
        self.links: dict[Any, str] = {}
        self.linked = field.related_model if field.is_relation else None
        self.read: Callable[[Any], Value] = str
        if field.name in record.sealed_names and not unmasked:
            self.read, self.linked = hidden, None
        elif field.is_relation:
            self.read = self.links.__getitem__
        elif field.choices:
            self.read = partial(_labelled, {v: str(label) for v, label in field.flatchoices})
        elif isinstance(field, models.DateTimeField):
            self.read = _local
        elif isinstance(
            field,
            models.BooleanField
            | models.IntegerField
            | models.DecimalField
            | models.DateField
            | models.CharField
            | models.TextField,
        ):
            self.read = _as_it_is

    def learn(self, values: Iterable[Any]) -> None:
        if self.linked is None:
            return
        self.links.clear()
        wanted = {value for value in values if value is not None}
        for key, obj in self.linked._base_manager.in_bulk(list(wanted)).items():
            self.links[key] = link_text(obj)


def _as_it_is(value: Any) -> Value:
    found: Value = value
    return found


def _labelled(labels: dict[Any, str], value: Any) -> str:
    return labels.get(value, str(value))


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value).replace(tzinfo=None)


def columns_of(record: RecordType) -> list[OutColumn]:
    return [
        _column(record.field_map[name], str(record.field_map[name].verbose_name))
        for name in record.fields
    ]


def _column(field: Any, label: str) -> OutColumn:
    if places.is_area(field):
        return OutColumn(label, WIDE)
    if field.choices or field.is_relation:
        return OutColumn(label, USUAL)
    match field:
        case models.DateField():
            return OutColumn(label, NARROW, "date")
        case models.DecimalField() if field.decimal_places == 2:
            return OutColumn(label, USUAL, "money")
        case models.BooleanField():
            return OutColumn(label, NARROW)
        case models.IntegerField():
            return OutColumn(label, NARROW, "whole")
        case _:
            return OutColumn(label, USUAL)


def _conditions(asked: QueryDict) -> dict[str, str]:
    """What was asked, for the log; a number that was searched for is masked."""
    found = {}
    for name in asked:
        if value := (asked.get(name) or "").strip():
            digits = sum(c.isdigit() for c in value)
            hides = name == "q" and digits >= DIGITS_TO_MASK
            found[name] = masked(value[:100]) if hides else value[:100]
    return found
