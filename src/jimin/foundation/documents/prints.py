"""A paper made of paragraphs and tables, written as Word, Excel or PDF from one description."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docx import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from jimin.foundation.tables.output import OutColumn, new_workbook

HEAD_FONT, BODY_FONT, TABLE_FONT = "方正小标宋简体", "仿宋_GB2312", "宋体"
LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class Table:
    """A table with its heading. Widths are shares of the line; numbers stand to the right."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numbers: frozenset[int] = frozenset()
    empty: str = "无"


@dataclass(frozen=True)
class Print:
    """What is printed. `notes` stand small at the end: sources, marks, the day it was made."""

    title: str
    subtitle: str = ""
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    signed: Sequence[str] = ()
    is_wide: bool = False
    fits_one_page: bool = False  # in PDF: set as small as it takes


def as_word(content: Print) -> bytes:
    """An A4 document in the faces of official papers."""
    document = Word()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    if content.is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.top_margin = section.bottom_margin = Cm(2.5)
    section.left_margin = section.right_margin = Cm(2.2)
    _line(document, content.title, HEAD_FONT, 20, WD_ALIGN_PARAGRAPH.CENTER)
    if content.subtitle:
        _line(document, content.subtitle, BODY_FONT, 12, WD_ALIGN_PARAGRAPH.CENTER)
    for text in content.paragraphs:
        line = _line(document, text, BODY_FONT, 14)
        line.paragraph_format.first_line_indent = Pt(28)
    width = section.page_width - section.left_margin - section.right_margin
    for table in content.tables:
        _line(document, table.name, "黑体", 12)
        _word_table(document, table, width)
    for text in content.signed:
        _line(document, text, BODY_FONT, 14, WD_ALIGN_PARAGRAPH.RIGHT)
    for text in content.notes:
        _line(document, text, BODY_FONT, 9)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def as_workbook(content: Print) -> bytes:
    """One sheet for each table; the paragraphs on a sheet of their own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "print.xlsx"
        with new_workbook(path) as book:
            said = [content.subtitle, *content.paragraphs, *content.signed, *content.notes]
            if any(said):
                column = OutColumn(content.title, 100, "long_text")
                sheet = book.sheet("说明", [column])
                for text in filter(None, said):
                    sheet.row([text])
            for table in content.tables:
                columns = [
                    OutColumn(head, max(8, width), "long_text")
                    for head, width in zip(table.heads, table.widths, strict=True)
                ]
                name = table.name.translate(str.maketrans("", "", "[]:*?/\\"))
                sheet = book.sheet(name[:LONGEST_SHEET_NAME], columns)
                for row in table.rows:
                    sheet.row(list(row))
        return path.read_bytes()


def _line(document: Any, text: str, font: str, size: int, align: Any = None) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(4)
    if align is not None:
        paragraph.alignment = align
    _write(paragraph, text, font, size)
    return paragraph


def _write(paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = font, Pt(size), bold
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _word_table(document: Any, table: Table, width: int) -> None:
    shown = document.add_table(rows=1, cols=len(table.heads))
    shown.style = "Table Grid"
    shown.autofit = False
    whole = sum(table.widths)
    widths = [int(width * share / whole) for share in table.widths]
    for column, each in zip(shown.columns, widths, strict=True):
        column.width = each
    for cell, head in zip(shown.rows[0].cells, table.heads, strict=True):
        _write(cell.paragraphs[0], head, TABLE_FONT, 9, bold=True)
    repeat = OxmlElement("w:tblHeader")
    shown.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in table.rows or [[table.empty, *[""] * (len(table.heads) - 1)]]:
        cells = shown.add_row().cells
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            if place in table.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, text, TABLE_FONT, 9)
    for row in shown.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, each in zip(row.cells, widths, strict=True):
            cell.width = each
