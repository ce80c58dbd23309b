"""Writing tables: a file appears complete or not at all, and no cell becomes a formula."""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from jimin.foundation.tables.rows import column_letter

Value = str | int | Decimal | bool | date | datetime | None
Kind = Literal["text", "money", "whole", "date", "long_text"]

LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_LIST = 255  # of the choices of a drop-down that stands in the sheet itself
A4 = 9
# Markup, control characters, what looks like an escaped one, and blanks at an end
_ODD = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$")
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

_LOOKS: dict[str, dict[str, str | int | bool]] = {
    "head": {"bold": True, "bg_color": "#E7EEF7", "bottom": 1, "valign": "vcenter"},
    "text": {"num_format": "@"},
    "long_text": {"num_format": "@", "text_wrap": True},
    "money": {"num_format": "#,##0.00"},
    "whole": {"num_format": "0"},
    "date": {"num_format": "yyyy-mm-dd"},
}


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column to write. Money shows two decimals, long text wraps, choices become a drop-down."""

    label: str
    width: int = 12
    kind: Kind = "text"
    choices: tuple[str, ...] = ()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes its place only when the block succeeds."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_workbook(path: Path) -> Iterator["WorkbookWriter"]:
    """A workbook written in constant memory; it appears at `path` when the block succeeds."""
    with replacing(path) as beside, TemporaryDirectory() as scratch:
        book = xlsxwriter.Workbook(
            str(beside),
            {
                "constant_memory": True,
                "tmpdir": scratch,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        yield WorkbookWriter(book)
        book.close()


class WorkbookWriter:
    """Several sheets may be written turn by turn."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[str, Any] = {
            kind: book.add_format({"valign": "top"} | look) for kind, look in _LOOKS.items()
        }

    def sheet(self, name: str, columns: Sequence[OutColumn], *, title: str = "") -> "SheetWriter":
        """A sheet; a title stands in a row of its own above the header."""
        return SheetWriter(self._book, self._formats, name, columns, title)


@dataclass(frozen=True, slots=True)
class _Head:
    """The beginnings of a column's cells, around the number of the row."""

    text: str
    text_end: str
    number_end: str
    date_end: str

    @classmethod
    def of(cls, letter: str, look: Any, date_look: Any) -> "_Head":
        style, date_style = look._get_xf_index(), date_look._get_xf_index()
        return cls(
            f'<c r="{letter}',
            f'" s="{style}" t="inlineStr"><is>',
            f'" s="{style}"><v>',
            f'" s="{date_style}"><v>',
        )


def _inline(text: str) -> str:
    """Text as Excel keeps it inside a cell; what would be markup or no character is escaped."""
    text = text[:LONGEST_TEXT]
    if _ODD.search(text):
        text = Worksheet._escape_control_characters(text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f'<t xml:space="preserve">{text}</t>'
    return f"<t>{text}</t>"


class SheetWriter:
    """A sheet with frozen header, filter and A4 landscape print; goes on in a further sheet
    when Excel's last row is reached."""

    def __init__(
        self,
        book: Any,
        formats: dict[str, Any],
        name: str,
        columns: Sequence[OutColumn],
        title: str = "",
    ) -> None:
        self._book = book
        self._formats = formats
        self._name = name
        self._columns = columns
        self._title = title
        self._parts = 0
        self._begin()

    def row(self, values: Sequence[Value]) -> None:
        """Put the row straight into XlsxWriter's file of rows: its own cell by cell writing takes
        four times as long."""
        if self._next == LAST_ROW:
            self._begin()
        self._next += 1
        at = self._next
        parts = [f'<row r="{at}">']
        for head, value in zip(self._heads, values, strict=True):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                parts.append(f"{head.text}{at}{head.text_end}{_inline(value)}</is></c>")
            elif isinstance(value, bool):
                said = "是" if value else "否"
                parts.append(f"{head.text}{at}{head.text_end}<t>{said}</t></is></c>")
            elif isinstance(value, int | Decimal):
                parts.append(f"{head.text}{at}{head.number_end}{value:.16G}</v></c>")
            else:
                day = self._sheet._convert_date_time(value)
                parts.append(f"{head.text}{at}{head.date_end}{day:.16G}</v></c>")
        parts.append("</row>")
        self._sheet._opt_reopen()
        self._sheet.fh.write("".join(parts))
        self._sheet.dim_rowmax = at - 1

    def _offer(self, first: int) -> None:
        """Drop-downs below the header. What Excel has no room for is written without one."""
        for place, column in enumerate(self._columns):
            offered = column.choices
            if not offered or len(",".join(offered)) > LONGEST_LIST or "," in "".join(offered):
                continue
            self._sheet.data_validation(
                first,
                place,
                LAST_ROW - 1,
                place,
                {
                    "validate": "list",
                    "source": list(offered),
                    "error_title": column.label[:32],
                    "error_message": "请从下拉列表中选择，或清空这一格。",
                },
            )

    def _begin(self) -> None:
        self._parts += 1
        name = self._name if self._parts == 1 else f"{self._name} ({self._parts})"
        self._sheet = self._book.add_worksheet(name)
        head = 1 if self._title else 0
        self._next = head + 1
        if self._title:
            self._sheet.write_string(0, 0, self._title)
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(head, place, column.label, self._formats["head"])
        self._heads = [
            _Head.of(column_letter(place), self._formats[column.kind], self._formats["date"])
            for place, column in enumerate(self._columns)
        ]
        self._offer(self._next)
        self._sheet._write_single_row(self._next)  # the header; below it only `row` writes
        self._sheet.freeze_panes(self._next, 0)
        self._sheet.autofilter(head, 0, LAST_ROW - 1, len(self._columns) - 1)
        self._sheet.set_paper(A4)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0, head)
        self._sheet.set_footer("&L&A&R第 &P 页，共 &N 页")


def stream_xlsx(
    path: Path,
    name: str,
    columns: Sequence[OutColumn],
    rows: Iterable[Sequence[Value]],
    *,
    title: str = "",
) -> int:
    """One sheet from any number of rows; returns how many were written."""
    count = 0
    with new_workbook(path) as book:
        sheet = book.sheet(name, columns, title=title)
        for values in rows:
            sheet.row(values)
            count += 1
    return count


class _Echo:
    """A file for csv.writer that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def stream_csv(
    columns: Sequence[OutColumn], rows: Iterable[Sequence[Value]], *, title: str = ""
) -> Iterator[str]:
    """CSV line by line for a download; starts with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    if title:
        yield writer.writerow([disarm(title)])
    yield writer.writerow([column.label for column in columns])
    for values in rows:
        yield writer.writerow([_csv_text(value) for value in values])


def _csv_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case str():
            return disarm(value)
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


def disarm(text: str) -> str:
    """Text that a spreadsheet opening a CSV would run as a formula, kept as text."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text
