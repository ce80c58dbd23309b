"""Importing a workbook: what its rows would change, and then changing it.

The preview and the import are one function; the preview writes nothing. Rows go through the same
checks as the form. Empty cells never remove what is stored.
"""

import base64
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import restrict
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import SealedField, keys
from jimin.foundation.tables import (
    BadCellError,
    Column,
    Fault,
    Parser,
    Raw,
    Row,
    Table,
    UnusableError,
    Workbook,
    choice,
    code,
    number,
    read_csv,
    text,
    tidy,
    whole,
    yes_no,
)

from . import places, services
from .checks import digest_for
from .declare import RecordType, record_for
from .models import Upload
from .values import cell, hidden, show_value

LARGEST = 5 * 2**20
MOST_ROWS = 2000
CHUNK = 500
LONGEST_TEXT = 4000
NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"

_DAY = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]$")
_CODE = re.compile(r"[0-9]{12}")


class RowsWrongError(Exception):
    """Some rows are wrong and all were wanted: nothing was imported."""


@dataclass(frozen=True)
class Outcome:
    """What an import does with one row."""

    row: int
    kind: str
    title: str
    differences: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    outcomes: list[Outcome]
    faults: list[Fault]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(outcome.kind for outcome in self.outcomes)
        return {kind: found[kind] for kind in (NEW, CHANGED, UNCHANGED, WRONG)}


def label_of(record: RecordType, name: str) -> str:
    return str(record.field_map[name].verbose_name)


def heading(record: RecordType, name: str) -> str:
    """A field's label as a column of a table: without the remark in brackets after it."""
    return _BRACKETS.sub("", label_of(record, name))


def columns_of(record: RecordType) -> list[Column]:
    """The columns looked for; only the key must be there, so that a part can be updated alone."""
    return [
        Column(
            heading(record, name),
            synonyms=tuple(record.synonyms.get(name, ())),
            required=name == record.key,
            remarks=tuple(_BRACKETS.findall(label_of(record, name))),
        )
        for name in record.fields
    ]


@contextmanager
def opened(record: RecordType, upload: Upload) -> Iterator[tuple[Path, Table]]:
    """The uploaded file on disk for as long as it is read, and the table in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(upload.file_name).suffix.lower()}"
        path.write_bytes(base64.b64decode(upload.content))
        yield path, read_table(record, path)


def read_table(record: RecordType, path: Path) -> Table:
    columns = columns_of(record)
    if path.suffix == ".csv":
        table = read_csv(path, columns)
    else:
        with Workbook(path) as book:
            named = [n for n in book.sheet_names if tidy(n) == str(record.label)]
            table = book.table(named[0] if named else book.sheet_names[0], columns)
    if len(table.rows) > MOST_ROWS:
        raise UnusableError(
            _("一次最多导入 %(most)s 行，这个文件有 %(number)s 行。请分成几个文件。")
            % {"most": MOST_ROWS, "number": len(table.rows)}
        )
    if not table.rows:
        raise UnusableError(_("表头下面没有数据。请填写后再导入。"))
    return table


def rehearse(*, actor: User, record: RecordType, table: Table) -> Result:
    """What an import would do; writes nothing."""
    return _Run(actor, record, table, writes=False).result()


@transaction.atomic
def load(
    *, actor: User, record: RecordType, table: Table, file_name: str, only_good: bool = False
) -> Result:
    """Import the rows of a table in one transaction.

    With a wrong row nothing is imported, unless `only_good` says to leave wrong rows out.
    """
    require(actor=actor, verb="import", subject=record.subject)
    run = _Run(actor, record, table, writes=True, reason=_("导入“%(file)s”") % {"file": file_name})
    result = run.result()
    if result.faults and not only_good:
        raise RowsWrongError
    summary = audit.Line("import", record.label_lower, "", {"file": file_name, **result.counts})
    audit.log_many(actor=actor, lines=[*run.lines, summary])
    return result


class _Run:
    """One pass over the rows."""

    def __init__(
        self, actor: User, record: RecordType, table: Table, *, writes: bool, reason: str = ""
    ) -> None:
        self.actor, self.record, self.table = actor, record, table
        self.writes, self.reason = writes, reason[:400]
        self.parsers = {
            name: parser_for(record, record.field_map[name])
            for name in record.fields
            if heading(record, name) in table.header.places
        }
        self.lines: list[audit.Line] = []
        self.seen: dict[Any, int] = {}

    def result(self) -> Result:
        outcomes: list[Outcome] = []
        for start in range(0, len(self.table.rows), CHUNK):
            rows = self.table.rows[start : start + CHUNK]
            given = [self._key(row) for row in rows]
            stored = self._stored([key for key in given if key is not None])
            for row, key in zip(rows, given, strict=True):
                outcomes.append(self._row(row, key, stored.get(self._same(key))))
        return Result(outcomes, self.table.faults)

    def _key(self, row: Row) -> Any:
        name = self.record.key
        label = heading(self.record, name)
        value = row.require(label, self.parsers[name])
        if value is None:
            return None
        if isinstance(value, str) and name in self.record.sealed_names:
            if "*" in value:
                row.reject(label, _("号码被遮盖了，认不出是谁。请填写完整的号码。"))
                return None
            value = value.upper()
        if value in self.seen:
            row.reject(label, _("与第 %(row)s 行重复。请只保留一行。") % {"row": self.seen[value]})
            return None
        self.seen[value] = row.number
        return value

    def _same(self, key: Any) -> Any:
        """The form in which stored keys are compared: of a sealed one only the digest is known."""
        is_sealed = isinstance(self.record.field_map[self.record.key], SealedField)
        return keys().digest_of(key) if is_sealed and key is not None else key

    def _stored(self, given: Sequence[Any]) -> dict[Any, Any]:
        """Rows with these keys, of every area: a key held elsewhere must not be added again."""
        name = self.record.key
        digest = digest_for(self.record.model, name)
        if digest is not None:
            name = digest.name
        rows = self.record.model._base_manager.select_related(*self.record.joined)
        if self.writes:
            rows = rows.select_for_update(of=("self",))
        found = rows.filter(**{f"{name}__in": [self._same(key) for key in given]})
        return {getattr(obj, name): obj for obj in found}

    def _row(self, row: Row, key: Any, stored: Any) -> Outcome:
        data = {} if row.faults else self._values(row, stored)
        if row.faults:
            return Outcome(row.number, WRONG, "")
        title = str(stored) if stored is not None else ""
        try:
            return self._store(row, stored, data)
        except PermissionDenied:
            row.reject(*self._elsewhere(stored))
        except ValidationError as error:
            for name, found in error.update_error_dict({}).items():
                at = self.record.key if name == NON_FIELD_ERRORS else name
                at = at if at in self.record.fields else self.record.key
                for message in ValidationError(found).messages:
                    row.reject(heading(self.record, at), message)
        return Outcome(row.number, WRONG, title)

    def _elsewhere(self, stored: Any) -> tuple[str, str]:
        name = self.record.key
        said = (
            _("不在您的辖区，不能登记在那里。请核对区划。")
            if stored is None
            else _("已登记在您的辖区之外，或您的岗位不能修改。请联系登记地办理。")
        )
        return heading(self.record, name), said

    def _values(self, row: Row, stored: Any) -> dict[str, Any]:
        data = {}
        for name, parse in self.parsers.items():
            label = heading(self.record, name)
            if stored is not None and self._is_as_exported(row.raw(label), stored, name):
                continue
            value = row.read(label, parse)
            if value is not None and value != "":
                data[name] = value
        return data

    def _is_as_exported(self, raw: Raw, stored: Any, name: str) -> bool:
        """A masked number or a link just as our own export wrote it means no change."""
        is_link = self.record.field_map[name].is_relation
        if not (is_link or name in self.record.sealed_names) or not isinstance(raw, str):
            return False
        return raw != "" and tidy(raw) == tidy(str(cell(self.record, stored, name, unmasked=False)))

    def _store(self, row: Row, stored: Any, data: Mapping[str, Any]) -> Outcome:
        kind = type(self.record)
        if (kind.create if stored is None else kind.change) is not None:
            return self._by_own_service(row, stored, data)
        draft = services.check_record(
            actor=self.actor, record=self.record, stored=stored, data=data
        )
        if not draft.is_new and not draft.changes:
            return Outcome(row.number, UNCHANGED, str(draft.obj))
        if self.writes:
            services.write(draft)
            values = services.for_history(self.record, draft.changes)
            self.lines.append(
                audit.Line(
                    draft.verb,
                    self.record.label_lower,
                    str(draft.obj.pk),
                    values,
                    self.reason,
                )
            )
        return self._outcome(row, draft.obj, draft.is_new, draft.changes)

    def _by_own_service(self, row: Row, stored: Any, data: Mapping[str, Any]) -> Outcome:
        """An app's own service writes by itself; for a preview its writing is taken back."""
        before = None if stored is None else _field_values(stored)
        with transaction.atomic():
            saved = self.record.save(actor=self.actor, obj=stored, data=data, reason=self.reason)
            if not self.writes:
                transaction.set_rollback(True)
        after = _field_values(saved)
        changes = {n: [(before or {}).get(n), v] for n, v in after.items()}
        changes = {n: pair for n, pair in changes.items() if pair[0] != pair[1]}
        if before is not None and not changes:
            return Outcome(row.number, UNCHANGED, str(saved))
        return self._outcome(row, saved, before is None, changes)

    def _outcome(
        self, row: Row, obj: Any, is_new: bool, changes: Mapping[str, list[Any]]
    ) -> Outcome:
        if is_new:
            return Outcome(row.number, NEW, str(obj))
        shown = [
            (label_of(self.record, name), *(self._said(obj, name, value) for value in pair))
            for name, pair in changes.items()
        ]
        return Outcome(row.number, CHANGED, str(obj), shown)  # type: ignore[arg-type]

    def _said(self, obj: Any, name: str, value: Any) -> str:
        if name in self.record.sealed_names:
            return hidden(value)
        model_field = self.record.field_map[name]
        if model_field.is_relation and value is not None:
            linked = getattr(obj, name)
            if linked is not None and linked.pk == value:
                return str(linked)
            found = model_field.related_model._default_manager.filter(pk=value).first()
            return str(found) if found is not None else _("（辖区外的记录）")
        return show_value(model_field, value)


def _field_values(obj: models.Model) -> dict[str, Any]:
    return {f.name: f.value_from_object(obj) for f in obj._meta.concrete_fields if f.editable}


def parser_for(record: RecordType, model_field: Any) -> Parser[Any]:
    """How a cell of this field is read."""
    if places.is_area(model_field):
        return _Places(record).read
    if model_field.is_relation:
        return _link_reader(model_field)
    if model_field.choices:
        return choice({tidy(str(label)): value for value, label in model_field.flatchoices})
    match model_field:
        case SealedField():
            return code()
        case models.BooleanField():
            return yes_no
        case models.DateField():
            return day
        case models.IntegerField():
            return whole()
        case models.DecimalField():
            return number
        case _:
            return text(longest=model_field.max_length or LONGEST_TEXT)


def day(raw: Raw) -> date:
    """A date cell, or text such as 2016-03-01, 2016/3/1, 2016年3月1日 and 20160301."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    words = tidy(raw) if isinstance(raw, str) else str(raw) if isinstance(raw, int) else ""
    if isinstance(raw, float) and raw.is_integer():
        words = str(int(raw))
    found = _DAY.fullmatch(words) or _COMPACT_DAY.fullmatch(words)
    if found is None:
        raise BadCellError(_("这里应当是日期。请按“2016-03-01”的样子填写，或设为日期格式。"))
    year, month, day_of_month = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise BadCellError(_("没有这一天。请核对年、月、日。")) from None


class _Places:
    """Areas by code or by a name that is unique in the reach of whoever imports."""

    def __init__(self, record: RecordType) -> None:
        self.record = record
        self.by_name: dict[str, list[Any]] | None = None
        self.by_code: dict[str, Any] = {}

    def read(self, raw: Raw) -> Any:
        words = text(longest=200)(raw)
        if self.by_name is None:
            self._learn()
        found_code = _CODE.match(tidy(words))
        if found_code:
            area = self.by_code.get(found_code[0])
            if area is None:
                raise BadCellError(
                    _("您的辖区内没有代码为 %(code)s 的区划。请核对代码。")
                    % {"code": found_code[0]}
                )
            return area
        found = (self.by_name or {}).get(_joined(words), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise BadCellError(
                _("您的辖区内有 %(number)s 个“%(name)s”。请写成“乡镇名 村名”或 12 位区划代码。")
                % {"number": len(found), "name": words}
            )
        raise BadCellError(
            _("您的辖区内没有“%(name)s”。请核对名称，或填 12 位区划代码。") % {"name": words}
        )

    def _learn(self) -> None:
        self.by_name = {}
        areas = restrict(
            places.area_model()._base_manager.select_related("parent"),
            "pk",
            "import",
            self.record.subject,
        )
        for area in areas:
            self.by_code[str(area.pk)] = area
            names = {_joined(str(area))}
            if area.parent is not None:
                names.add(_joined(f"{area.parent}{area}"))
            for name in names:
                self.by_name.setdefault(name, []).append(area)


def _joined(words: str) -> str:
    return "".join(tidy(words).split())


def _link_reader(model_field: Any) -> Callable[[Raw], Any]:
    """A record of another register by its own key, among those that may be seen."""
    linked = record_for(model_field.related_model)
    name = linked.key if linked is not None else "pk"
    label = label_of(linked, name) if linked is not None and name != "pk" else "ID"
    digest = digest_for(model_field.related_model, name)

    def read(raw: Raw) -> Any:
        value = code()(raw)
        rows = linked.rows() if linked else model_field.related_model._default_manager.all()
        wanted = {name: value} if digest is None else {digest.name: keys().digest_of(value.upper())}
        try:
            found = rows.filter(**wanted).first()
        except (ValueError, ValidationError):
            found = None
        if found is None:
            raise BadCellError(
                _("没有%(label)s为“%(value)s”的%(register)s，或不在您的辖区。请先登记或核对。")
                % {
                    "label": label,
                    "value": value,
                    "register": model_field.related_model._meta.verbose_name,
                }
            )
        return found

    return read
