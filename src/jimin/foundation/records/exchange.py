"""Importing a table: what its rows would change, and then changing it.

The preview and the import are one pass over the rows, batch by batch; the preview writes nothing.
Rows go through the same checks as the form. Empty cells never remove what is stored.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.db import models, transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import Sealed, keys
from jimin.foundation.sealed.files import unseal_to
from jimin.foundation.tables import (
    Fault,
    Raw,
    Row,
    Table,
    UnusableError,
    Workbook,
    read_csv,
    tidy,
)

from . import services
from .batches import Rights, check_many, write_many
from .cells import Links, columns_of, heading, label_of, parser_for
from .checks import digest_for
from .declare import RecordType
from .many_rows import Statistics
from .models import Upload
from .services import Draft
from .values import cell, hidden, show_value

LARGEST = 40 * 2**20
MOST_ROWS = 200_000
ABOVE = 100  # rows of titles and headers
BATCH = 1000
MOST_TOLD = 100
NEW, CHANGED, UNCHANGED, WRONG = KINDS = ("new", "changed", "unchanged", "wrong")


class RowsWrongError(Exception):
    """Some rows are wrong and all were wanted: nothing was imported."""


@dataclass(frozen=True)
class Outcome:
    """What an import does with one row."""

    row: int
    kind: str
    title: str
    differences: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Result:
    """The counts of a pass, and the first of each kind to look at."""

    found: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[Outcome]] = field(default_factory=lambda: {k: [] for k in KINDS})
    faults: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {kind: self.found[kind] for kind in KINDS}

    def preview(self, unused: list[str]) -> dict[str, Any]:
        """What the page of the preview shows, as plain values that can be kept."""
        faults = [{**asdict(f), "place": f.place} for f in self.faults[:MOST_TOLD]]
        return {
            "counts": self.counts,
            "faults": faults,
            "more_faults": max(0, len(self.faults) - MOST_TOLD),
            "changed": [asdict(o) for o in self.shown[CHANGED]],
            "added": [asdict(o) for o in self.shown[NEW]],
            "unused": unused,
        }

    def add(self, outcomes: Sequence[Outcome], rows: Sequence[Row]) -> None:
        for outcome in outcomes:
            self.found[outcome.kind] += 1
            if len(self.shown[outcome.kind]) < MOST_TOLD:
                self.shown[outcome.kind].append(outcome)
        for row in rows:
            self.faults += row.faults


@contextmanager
def opened(
    record: RecordType, upload: Upload, beside: Path | None = None
) -> Iterator[tuple[Path, Table]]:
    """The uploaded file on disk for as long as it is read, and the table in it."""
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        path = Path(folder) / f"upload{Path(upload.file_name).suffix.lower()}"
        unseal_to(Path(upload.file.path), path)
        yield path, read_table(record, path)


def read_table(record: RecordType, path: Path) -> Table:
    columns = columns_of(record)
    if path.suffix == ".csv":
        table = read_csv(path, columns)
    else:
        with Workbook(path, most_rows=MOST_ROWS + ABOVE) as book:
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
    run, result = Pass(actor, record, table, writes=False), Result()
    for rows in run.batches():
        result.add(run.take(rows), rows)
    return result


@transaction.atomic
def load(
    *, actor: User, record: RecordType, table: Table, file_name: str, only_good: bool = False
) -> Result:
    """Import the rows of a table in one transaction.

    With a wrong row nothing is imported, unless `only_good` says to leave wrong rows out.
    """
    require(actor=actor, verb="import", subject=record.subject)
    run, result = Pass(actor, record, table, writes=True, file_name=file_name), Result()
    for rows in run.batches():
        result.add(run.take(rows), rows)
        if result.faults and not only_good:
            raise RowsWrongError
    finish(actor=actor, record=record, file_name=file_name, counts=result.counts)
    return result


def finish(*, actor: User, record: RecordType, file_name: str, counts: Mapping[str, int]) -> None:
    """Write the import as a whole into the history of the register."""
    facts = {"file": file_name, **counts}
    audit.log_many(actor=actor, lines=[audit.Line("import", record.label_lower, "", facts)])


class Pass:
    """One pass over the rows of a table. Keys given twice are known from the start, so that a
    pass may also begin further down."""

    def __init__(
        self, actor: User, record: RecordType, table: Table, *, writes: bool, file_name: str = ""
    ) -> None:
        self.actor, self.record, self.table, self.writes = actor, record, table, writes
        self.reason = (_("导入“%(file)s”") % {"file": file_name})[:400] if writes else ""
        self.rights = Rights(actor, record)
        self.statistics = Statistics(record.model)
        self.labels = {name: heading(record, name) for name in record.fields}
        self.parsers = {
            name: parser_for(record, record.field_map[name])
            for name, label in self.labels.items()
            if label in table.header.places
        }
        self.key_label = heading(record, record.key)
        self.seen: dict[Any, int] = {}
        self.told = 0  # changes put into words: nobody reads more, and each may ask the database
        self.keys = {row.number: self._key(row) for row in table.rows}

    def batches(self, start: int = 0) -> Iterator[list[Row]]:
        rows = self.table.rows
        for at in range(start, len(rows), BATCH):
            yield rows[at : at + BATCH]

    def take(self, rows: Sequence[Row]) -> list[Outcome]:
        """Check these rows and, in a pass that writes, write them with their history."""
        outcomes = self._taken(rows)
        if self.writes:
            self.statistics.add(len(rows))
            for row in rows:
                if not row.faults:
                    row.let_go()
        return outcomes

    def _taken(self, rows: Sequence[Row]) -> list[Outcome]:
        same = [self._same(self.keys[row.number]) for row in rows]
        found = self._stored([key for key in same if key is not None])
        for name, parse in self.parsers.items():
            if isinstance(parse, Links):
                parse.learn(raw for row in rows if (raw := row.raw(self.labels[name])) != "")
        given = [(row, found.get(key)) for row, key in zip(rows, same, strict=True)]
        data = [self._values(row, stored) for row, stored in given]
        for (row, _stored), values in zip(given, data, strict=True):
            if row.faults:
                self._find_more(row, values)
        kind = type(self.record)
        if kind.create is not None or kind.change is not None:
            pairs = zip(given, data, strict=True)
            return [self._by_service(row, stored, values) for (row, stored), values in pairs]
        return self._together([(r, s, d) for (r, s), d in zip(given, data, strict=True)])

    def _key(self, row: Row) -> Any:
        name, label = self.record.key, self.key_label
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
        is_sealed = isinstance(self.record.field_map[self.record.key], Sealed)
        return keys().digest_of(key) if is_sealed and key is not None else key

    def _stored(self, wanted: Sequence[Any]) -> dict[Any, Any]:
        """Rows with these keys, of every area: a key held elsewhere must not be added again."""
        name = self.record.key
        digest = digest_for(self.record.model, name)
        if digest is not None:
            name = digest.name
        rows = self.record.model._base_manager.select_related(*self.record.joined)
        if self.writes:
            rows = rows.select_for_update(of=("self",))
        return {getattr(obj, name): obj for obj in rows.filter(**{f"{name}__in": wanted})}

    def _values(self, row: Row, stored: Any) -> dict[str, Any]:
        data = {}
        for name, parse in self.parsers.items():
            label = self.labels[name]
            if stored is not None and self._is_as_exported(row.raw(label), stored, name):
                continue
            value = row.read(label, parse)
            if value is not None and value != "":
                data[name] = value
        return data

    def _find_more(self, row: Row, data: Mapping[str, Any]) -> None:
        """What else is wrong with a row, said together with what could not be read of it."""
        told = {fault.column for fault in row.faults}
        read = {name: value for name, value in data.items() if self.labels[name] not in told}
        obj: models.Model = self.record.model()
        services.put(self.record, obj, read)
        unread = set(self.record.field_map) - set(read)

        def check_fields() -> None:
            obj.clean_fields(exclude=unread)

        for check in (check_fields, obj.clean):
            try:
                check()
            except ObjectDoesNotExist:  # a link of those that could not be read
                continue
            except ValidationError as error:
                wrong = error.update_error_dict({})
                wrong = {name: found for name, found in wrong.items() if name in read}
                self._refuse(row, None, ValidationError(wrong))

    def _is_as_exported(self, raw: Raw, stored: Any, name: str) -> bool:
        """A masked number or a link just as our own export wrote it means no change."""
        if not isinstance(raw, str) or raw == "":
            return False
        is_link = self.record.field_map[name].is_relation
        is_masked = name in self.record.sealed_names and "*" in raw
        if not (is_link or is_masked):
            return False
        return tidy(raw) == tidy(str(cell(self.record, stored, name, unmasked=False)))

    def _together(self, given: list[tuple[Row, Any, Mapping[str, Any]]]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        titles = {r.number: "" if s is None else str(s) for r, s, _d in given}
        good = [(row, stored, data) for row, stored, data in given if not row.faults]
        checked = check_many(
            actor=self.actor,
            record=self.record,
            rights=self.rights,
            given=[(stored, data) for _row, stored, data in good],
        )
        drafts: list[tuple[Row, Draft]] = []
        for (row, stored, _data), draft in zip(good, checked, strict=True):
            if not isinstance(draft, Draft):
                self._refuse(row, stored, draft)
            elif not draft.is_new and not draft.changes:
                outcomes[row.number] = Outcome(row.number, UNCHANGED, titles[row.number])
            else:
                drafts.append((row, draft))
        if self.writes:
            refused = write_many(self.record, [draft for _row, draft in drafts])
            for at, error in refused.items():
                self._refuse(drafts[at][0], None, error)
            drafts = [pair for at, pair in enumerate(drafts) if at not in refused]
            audit.append(actor=self.actor, lines=[self._line(draft) for _row, draft in drafts])
        for row, draft in drafts:
            outcomes[row.number] = self._outcome(row, draft.obj, draft.is_new, draft.changes)
        wrong = {n: Outcome(n, WRONG, title) for n, title in titles.items() if n not in outcomes}
        return [(outcomes | wrong)[row.number] for row, _stored, _data in given]

    def _line(self, draft: Draft) -> audit.Line:
        values = services.for_history(self.record, draft.changes)
        key = str(draft.obj.pk)
        return audit.Line(draft.verb, self.record.label_lower, key, values, self.reason)

    def _refuse(self, row: Row, stored: Any, error: Exception) -> None:
        if isinstance(error, PermissionDenied):
            said = (
                _("不在您的辖区，不能登记在那里。请核对区划。")
                if stored is None
                else _("已登记在您的辖区之外，或您的岗位不能修改。请联系登记地办理。")
            )
            row.reject(self.key_label, said)
            return
        assert isinstance(error, ValidationError)
        for name, found in error.update_error_dict({}).items():
            at = self.record.key if name == NON_FIELD_ERRORS else name
            at = at if at in self.record.fields else self.record.key
            for message in ValidationError(found).messages:
                row.reject(self.labels[at], message)

    def _by_service(self, row: Row, stored: Any, data: Mapping[str, Any]) -> Outcome:
        """An app's own service writes by itself; for a preview its writing is taken back."""
        title = "" if stored is None else str(stored)
        if row.faults:
            return Outcome(row.number, WRONG, title)
        before = {} if stored is None else _field_values(stored)
        try:
            with transaction.atomic():
                saved = self.record.save(
                    actor=self.actor, obj=stored, data=data, reason=self.reason
                )
                if not self.writes:
                    transaction.set_rollback(True)
        except (PermissionDenied, ValidationError) as error:
            self._refuse(row, stored, error)
            return Outcome(row.number, WRONG, title)
        changes = {n: [before.get(n), v] for n, v in _field_values(saved).items()}
        changes = {n: pair for n, pair in changes.items() if pair[0] != pair[1]}
        if before and not changes:
            return Outcome(row.number, UNCHANGED, str(saved))
        return self._outcome(row, saved, not before, changes)

    def _outcome(
        self, row: Row, obj: Any, is_new: bool, changes: Mapping[str, list[Any]]
    ) -> Outcome:
        if is_new:
            return Outcome(row.number, NEW, str(obj))
        if self.told >= MOST_TOLD:
            return Outcome(row.number, CHANGED, str(obj))
        self.told += 1
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
