"""The workbook that says what is wrong with an import, to correct and load again."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from jimin.foundation.tables import (
    CopyFailedError,
    Fault,
    OutColumn,
    Raw,
    Table,
    Value,
    shown,
    stream_xlsx,
    write_marked_copy,
)

from .declare import RecordType

# Marking a copy keeps the whole workbook in memory, forty times its rows' size.
MOST_MARKED_ROWS = 5000


def write_errors(
    record: RecordType, path: Path, table: Table, faults: list[Fault], out: Path
) -> None:
    """The user's own workbook with the wrong cells marked; of a CSV or a large workbook the wrong
    rows alone, under the same headings and with the reasons beside them."""
    if path.suffix != ".csv" and len(table.rows) <= MOST_MARKED_ROWS:
        try:
            write_marked_copy(path, [table], faults, out)
        except CopyFailedError:
            pass
        else:
            return
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        said = f"{fault.column}：{fault.message}"
        reasons.setdefault(fault.row, []).append(said)
    labels = list(table.header.places)
    columns = [
        *(OutColumn(label, 20) for label in labels),
        OutColumn(_("错误原因"), 60, "long_text"),
        OutColumn(_("原表行号"), 10, "whole"),
    ]
    rows: Iterator[list[Value]] = (
        [*(_again(row.raw(label)) for label in labels), "\n".join(reasons[row.number]), row.number]
        for row in table.rows
        if row.number in reasons
    )
    stream_xlsx(out, str(record.label), columns, rows)


def _again(raw: Raw) -> str:
    """A cell as text that reads as the same value when it comes back."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return shown(raw)
