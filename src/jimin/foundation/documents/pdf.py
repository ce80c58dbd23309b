"""Papers as PDF. The Chinese typeface is found on the machine and embedded as a subset."""

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

from .prints import Print, Table

FACE = "cjk"
# What distributions call their Chinese typefaces; JIMIN_FONT names another file.
WANTED = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
PATIENCE = 10
SIZES = (8, 7.5, 7, 6.5, 6, 5.5, 5)  # of tables, in points


@dataclass(frozen=True)
class Typeface:
    path: Path
    number: int  # its place in a collection


def as_pdf(content: Print) -> bytes:
    """An A4 document of as many pages as it needs, or of one that is set as small as it takes."""
    for size in SIZES if content.fits_one_page else SIZES[:1]:
        pdf = _set(content, size)
        if pdf.page_no() == 1:
            break
    return bytes(pdf.output())


def _set(content: Print, size: float) -> FPDF:
    """All of it, its tables in a size; other lines in proportion."""
    scale = size / SIZES[0]
    pdf = new_pdf(is_wide=content.is_wide)
    pdf.set_title(content.title)

    def line(text: str, points: float, height: float, align: Align = Align.J) -> None:
        pdf.set_font(FACE, size=points * scale)
        pdf.multi_cell(0, height * scale, text, align=align, new_x="LMARGIN", new_y="NEXT")

    line(content.title, 18, 10, Align.C)
    if content.subtitle:
        line(content.subtitle, 11, 7, Align.C)
    for text in content.paragraphs:
        line(f"　　{text}", 11, 7)
    for table in content.tables:
        pdf.ln(2 * scale)
        line(table.name, 11, 7)
        add_table(pdf, table, size)
    for text in content.signed:
        line(text, 11, 7, Align.R)
    for text in content.notes:
        line(text, 8, 5)
    return pdf


def new_pdf(*, is_wide: bool = False) -> FPDF:
    """An empty first page with the typeface in place."""
    face = typeface()
    pdf = FPDF(orientation="landscape" if is_wide else "portrait", format="A4")
    pdf.add_font(FACE, "", face.path, collection_font_number=face.number)
    pdf.set_margin(16)
    pdf.set_auto_page_break(auto=True, margin=14)
    pdf.add_page()
    return pdf


def add_table(pdf: FPDF, table: Table, size: float) -> None:
    pdf.set_font(FACE, size=size)
    align = ["RIGHT" if n in table.numbers else "LEFT" for n in range(len(table.heads))]
    with pdf.table(
        borders_layout=TableBordersLayout.ALL,
        col_widths=tuple(table.widths),
        headings_style=FontFace(emphasis="", fill_color=(231, 238, 247)),
        line_height=size * 0.55,
        padding=0.8,
        text_align=tuple(align),
        repeat_headings=1,
    ) as shown:
        shown.row(list(table.heads))
        for row in table.rows or [[table.empty, *[""] * (len(table.heads) - 1)]]:
            shown.row(list(row))


@cache
def typeface() -> Typeface:
    """The first wanted typeface of the machine; without one a sentence that says what to do."""
    named = os.environ.get("JIMIN_FONT", "")
    if named:
        if not Path(named).is_file():
            raise ValidationError(_("JIMIN_FONT 指的字体文件 %(path)s 不存在。") % {"path": named})
        return Typeface(Path(named), 0)
    for name in WANTED:
        if found := _installed(name):
            return found
    raise ValidationError(
        _(
            "这台服务器没有中文字体，不能生成 PDF。请安装 fonts-noto-cjk，"
            "或用 JIMIN_FONT 指定一个字体文件；Word 和 Excel 不受影响。"
        )
    )


def _installed(name: str) -> Typeface | None:
    """Asks fontconfig, which knows every typeface of the machine."""
    command = ["fc-match", "--format", "%{family}|%{file}|%{index}", f"{name}:style=Regular"]
    try:
        said = subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    family, path, index = said.rsplit("|", 2)
    if name not in family or not Path(path).is_file():
        return None
    return Typeface(Path(path), int(index) & 0xFFFF)
