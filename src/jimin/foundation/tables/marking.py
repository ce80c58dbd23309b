"""Marking with openpyxl what is wrong in a workbook."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from jimin.foundation.tables.marked import CopyFailedError
from jimin.foundation.tables.output import replacing
from jimin.foundation.tables.rows import (
    REASON_LABEL,
    Fault,
    Table,
    column_index,
    column_letter,
    normal_label,
)

AUTHOR = "jimin"
MARK = PatternFill("solid", start_color="FFFFC9CF", end_color="FFFFC9CF")
REASON_WIDTH = 60
# Excel draws every comment; beyond this the file opens slowly and the reason column serves.
MOST_COMMENTS = 5000
NO_FILL = PatternFill()


def mark_copy(source: Path, tables: Sequence[Table], faults: Iterable[Fault], out: Path) -> None:
    """Colour each bad cell, say why in a comment and in a column after the last one in use.

    Formulas stay formulas: Excel computes them again, so a corrected figure carries through.
    Marks of an earlier round are removed first.
    """
    by_sheet: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet].append(fault)
    try:
        book = openpyxl.load_workbook(source)
    except Exception as error:  # openpyxl raises whatever an odd style or drawing provokes
        raise CopyFailedError(str(error)) from error
    comments = 0
    for table in tables:
        sheet = book[table.name]
        reason_column = _reason_column(sheet, table)
        if reason_column <= table.width:
            _remove_old_marks(sheet, reason_column, table.header.last + 1)
        if by_sheet[table.name]:
            comments += _mark(
                sheet, table, by_sheet[table.name], reason_column, MOST_COMMENTS - comments
            )
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True
    with replacing(out) as beside:
        book.save(beside)


def _reason_column(sheet: Worksheet, table: Table) -> int:
    """Where reasons go (one-based): the column of an earlier round or the first unused one."""
    for column in range(1, table.width + 1):
        value = sheet.cell(table.header.last + 1, column).value
        if isinstance(value, str) and normal_label(value) == REASON_LABEL:
            return column
    beyond = [
        merged.max_col for merged in sheet.merged_cells.ranges if merged.min_col <= table.width
    ]
    return int(max([table.width, *beyond])) + 1


def _remove_old_marks(sheet: Worksheet, reason_column: int, header_row: int) -> None:
    for row in sheet.iter_rows(min_row=header_row):
        for cell in row:
            if not isinstance(cell, Cell):
                continue
            if cell.column == reason_column:
                cell.value = None
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
            if cell.fill.start_color.rgb == MARK.start_color.rgb and cell.fill.fill_type == "solid":
                cell.fill = NO_FILL


def _mark(
    sheet: Worksheet, table: Table, faults: list[Fault], reason_column: int, comments_left: int
) -> int:
    """Mark the faults of one sheet; returns how many comments were written."""
    anchors = _anchors(sheet, {(fault.row, column_index(fault.letter) + 1) for fault in faults})
    header = sheet.cell(table.header.last + 1, reason_column, REASON_LABEL)
    if reason_column > 1:
        beside = sheet.cell(table.header.last + 1, reason_column - 1)
        for part in ("font", "fill", "border", "alignment"):
            setattr(header, part, copy(getattr(beside, part)))
    letter = column_letter(reason_column - 1)
    sheet.column_dimensions[letter].width = REASON_WIDTH
    sheet.column_dimensions[letter].hidden = False
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    reasons: dict[int, list[str]] = defaultdict(list)
    for fault in faults:
        place = (fault.row, column_index(fault.letter) + 1)
        cells[anchors.get(place, place)].append(fault.message)
        reasons[fault.row].append(f"{fault.letter} 列“{fault.column}”：{fault.message}")
    for row, texts in reasons.items():
        cell = sheet.cell(row, reason_column)
        cell.value = "\n".join(texts)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(color="FF9C0006")
    for at, (place, messages) in enumerate(cells.items()):
        cell = sheet.cell(*place)
        cell.fill = MARK
        if at < comments_left:
            _comment(cell, messages)
    return min(len(cells), comments_left)


def _comment(cell: Cell | MergedCell, messages: list[str]) -> None:
    if isinstance(cell, MergedCell):
        return
    lines = [cell.comment.text] if cell.comment is not None else []
    lines += dict.fromkeys(messages)
    cell.comment = Comment("\n".join(lines), AUTHOR, width=320, height=40 + 40 * len(lines))


def _anchors(
    sheet: Worksheet, places: set[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For places inside a merge, the top left cell: the only one that shows anything."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, column in places:
        rows[row].append(column)
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    for merged in sheet.merged_cells.ranges:
        for row in range(merged.min_row, merged.max_row + 1):
            for column in rows.get(row, ()):
                if merged.min_col <= column <= merged.max_col:
                    anchors[row, column] = (merged.min_row, merged.min_col)
    return anchors
