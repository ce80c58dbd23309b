"""PDF files with a text layer: lines joined to paragraphs, page furniture dropped."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jimin.engine.gongwen.sources.errors import UnreadableError
from jimin.engine.gongwen.sources.errors import mark as _

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

_PDFIUM = threading.Lock()  # the library may not be entered twice
_LEAST_TEXT = 10  # a page with fewer characters and a picture is a scan
_EDGE = 0.12  # the share of a page above and below in which furniture stands
_PAGE_NUMBER = re.compile(
    r"[-—–―_ .·•|]*(?:第? ?\d{1,4} ?页?|[ivxlc]{1,6})(?: ?[/／共,，] ?\d{1,4} ?页?)?[-—–―_ .·•|]*",
    re.I,
)
_STARTS = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．](?!\d)|[①-⑳]|"
    r"第[一二三四五六七八九十]{1,3}[章节条部]|附件?[:：\d]|——"
)
_ENDS = "。；！？;!?：:”"
_GENERATED = str.maketrans({"\ufffe": "", "\u0002": "", "\r": None})


@dataclass(slots=True)
class Line:
    text: str
    page: int
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


def from_pdf(name: str, content: bytes) -> str:
    """The text by paragraphs. A file, or a page of it, that is only a picture is refused."""
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            raise UnreadableError(
                _("“%(name)s”设有密码，不能阅读；请去掉密码或另存为 .docx 后再试。")
                if locked
                else _("“%(name)s”不是完好的 PDF 文件；请重新下载，或另存为 .docx 后再试。"),
                name=name,
            ) from error
        try:
            lines, scanned = _lines(document)
            pages = len(document)
        finally:
            document.close()
    if scanned:
        _refuse_scans(name, scanned, pages)
    kept = list(_without_furniture(lines, pages))
    return "\n".join(_paragraphs(_side_by_side(kept)))


def _refuse_scans(name: str, scanned: list[int], pages: int) -> None:
    if len(scanned) == pages:
        raise UnreadableError(
            _(
                "“%(name)s”是扫描件，没有可读的文字；"
                "请向发文单位要 Word 文稿，或先用文字识别软件转成 .docx，核对后再上传。"
            ),
            name=name,
        )
    raise UnreadableError(
        _(
            "“%(name)s”的第 %(pages)s 页只有图片，没有可读的文字；"
            "请把这些页转成文字，合成一个 .docx 后再上传，以免漏读。"
        ),
        name=name,
        pages="、".join(str(page) for page in scanned[:10]),
    )


def _lines(document: "PdfDocument") -> tuple[list[Line], list[int]]:
    """Every line with its box (heights as shares of the page), and the pages that are scans."""
    lines: list[Line] = []
    scanned: list[int] = []
    for number in range(len(document)):
        page = document[number]
        found = list(_lines_of(page, number))
        if sum(len(line.text) for line in found) < _LEAST_TEXT and _has_picture(page):
            scanned.append(number + 1)
        lines.extend(found)
        page.close()
    return lines, scanned


def _lines_of(page: "PdfPage", number: int) -> Iterator[Line]:
    textpage = page.get_textpage()
    text = textpage.get_text_range()
    one_each = len(text) == textpage.count_chars()
    for m in re.finditer(r"[^\r\n]+", text):
        shown = m.group().translate(_GENERATED)
        if not shown.strip():
            continue
        first, last = m.start(), m.end() - 1
        while last > first and text[last].isspace():
            last -= 1
        if one_each:
            left, bottom, _r, top = textpage.get_charbox(first)
            _l, bottom2, right, top2 = textpage.get_charbox(last)
            box = min(bottom, bottom2), max(top, top2)
            if " " in shown.strip():
                shown = _with_tabs(textpage, text, first, last, box[1] - box[0])
            yield Line(shown, number, left, right, *box)
        else:
            yield Line(shown, number, 0, 0, 0, 0)
    textpage.close()


def _with_tabs(textpage: "PdfTextPage", text: str, first: int, last: int, height: float) -> str:
    """A blank wider than a character parts two cells of a table."""
    shown = []
    for place in range(first, last + 1):
        character = text[place]
        if character == " " and first < place < last and text[place + 1] != " ":
            left = textpage.get_charbox(place - 1)[2]
            right = textpage.get_charbox(place + 1)[0]
            character = "\t" if right - left > max(height, 1.0) else " "
        shown.append(character)
    return "".join(shown).translate(_GENERATED)


def _has_picture(page: "PdfPage") -> bool:
    import pypdfium2.raw as raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _without_furniture(lines: list[Line], pages: int) -> Iterator[Line]:
    """Lines in the margins that are page numbers or stand on most pages are left out."""
    bounds: dict[int, tuple[float, float]] = {}
    for line in lines:
        low, high = bounds.get(line.page, (line.bottom, line.top))
        bounds[line.page] = (min(low, line.bottom), max(high, line.top))
    edges = [line for line in lines if _at_the_edge(line, bounds[line.page])]
    repeated = Counter(_masked(line.text) for line in edges)
    for line in lines:
        if _at_the_edge(line, bounds[line.page]):
            if _PAGE_NUMBER.fullmatch(line.text.strip()):
                continue
            if pages > 1 and repeated[_masked(line.text)] >= max(2, pages / 2):
                continue
        yield line


def _at_the_edge(line: Line, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    margin = _EDGE * (high - low)
    return line.bottom < low + margin or line.top > high - margin


def _masked(text: str) -> str:
    return re.sub(r"\d+", "0", text.strip())


def _side_by_side(lines: list[Line]) -> list[Line]:
    """Cells of one table row become one line, parted by tabs."""
    merged: list[Line] = []
    for line in lines:
        before = merged[-1] if merged else None
        if before is not None and before.page == line.page and before.top:
            shared = min(before.top, line.top) - max(before.bottom, line.bottom)
            if shared > 0.6 * min(before.height, line.height) and line.left > before.right:
                before.text = f"{before.text.rstrip()}\t{line.text.strip()}"
                before.right = line.right
                continue
        merged.append(line)
    return merged


def _paragraphs(lines: list[Line]) -> Iterator[str]:
    """Joins the lines of a paragraph.

    A line goes on in the next when it fills the column and the next begins at its left edge;
    an indent, a list marker or a short line ends the paragraph.
    """
    if not lines:
        return
    size = sorted(line.height for line in lines)[len(lines) // 2]
    left = min(line.left for line in lines)
    right = max(line.right for line in lines)
    paragraph = ""
    before: Line | None = None
    for line in lines:
        text = line.text.strip(" \u3000")
        if before is not None and _goes_on(before, line, left, right, size):
            joint = " " if _is_latin(paragraph[-1:]) and _is_latin(text[:1]) else ""
            paragraph += joint + text
        else:
            if paragraph:
                yield paragraph
            paragraph = text
        before = line
    yield paragraph


def _goes_on(before: Line, line: Line, left: float, right: float, size: float) -> bool:
    if "\t" in line.text or "\t" in before.text:
        return False
    if _STARTS.match(line.text.strip()) and before.text.rstrip()[-1:] in _ENDS:
        return False
    if not before.top:  # without boxes only the marks can tell
        return before.text.rstrip()[-1:] not in _ENDS and not _STARTS.match(line.text.strip())
    fills = right - before.right < 2.6 * size
    at_the_edge = line.left - left < 0.9 * size
    return fills and at_the_edge


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
