"""Word documents: paragraphs with their list numbers, and tables row by row."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from jimin.engine.gongwen.sources.errors import UnreadableError
from jimin.engine.gongwen.sources.errors import mark as _

if TYPE_CHECKING:
    from docx.table import Table, _Cell

LARGEST_UNPACKED = 100 * 1024 * 1024
_LAYOUT_CELL = 120  # a cell longer than this holds text, not an entry


def from_docx(name: str, content: bytes) -> str:
    """One line a paragraph and a table's row, the cells parted by a tab.

    A table that only frames the page (one cell, or cells full of paragraphs) is read as the
    text it holds. Numbers that Word writes by itself (一、 1.) are written out.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise UnreadableError(
                    _("“%(name)s”解压后过大；请只保留文字，另存后再试。"), name=name
                )
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(
            _("“%(name)s”不是有效的 Word 文档；请用 Word 或 WPS 打开后另存为 .docx。"), name=name
        ) from error
    numbers = _Numbers(document)
    return "\n".join(_blocks(document, numbers))


def _blocks(container: Any, numbers: "_Numbers") -> Iterator[str]:
    from docx.table import Table

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block, numbers)
        else:
            yield numbers.before(block) + block.text


def _rows(table: "Table", numbers: "_Numbers") -> Iterator[str]:
    """A cell merged over rows stands in the first only, one merged over columns stands once."""
    above: set[Any] = set()
    for row in table.rows:
        cells = list({cell._tc: cell for cell in row.cells}.values())
        if any(_is_layout(cell) for cell in cells):
            for cell in cells:
                if cell._tc not in above:
                    yield from _blocks(cell, numbers)
        else:
            yield "\t".join("" if cell._tc in above else _entry(cell, numbers) for cell in cells)
        above = {cell._tc for cell in cells}


def _is_layout(cell: "_Cell") -> bool:
    if cell.tables:
        return True
    return len(cell.text) > _LAYOUT_CELL and "\n" in cell.text.strip()


def _entry(cell: "_Cell", numbers: "_Numbers") -> str:
    lines = [numbers.before(paragraph) + paragraph.text for paragraph in cell.paragraphs]
    return " ".join(" ".join(lines).split())


_DIGITS = "〇一二三四五六七八九"


def _chinese(number: int) -> str:
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _circled(number: int) -> str:
    return chr(ord("①") + number - 1) if number <= 20 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "ideographDigital": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class _Numbers:
    """The numbers Word counts by itself: 一、 before a paragraph that only says list 1, level 0."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):  # a document without lists
            return
        for abstract in root.iter(f"{_W}abstractNum"):
            levels = {
                int(level.get(f"{_W}ilvl")): self._level(level)
                for level in abstract.iter(f"{_W}lvl")
            }
            self._levels[abstract.get(f"{_W}abstractNumId")] = levels
        for number in root.iter(f"{_W}num"):
            of = number.find(f"{_W}abstractNumId")
            if of is not None:
                self._lists[number.get(f"{_W}numId")] = of.get(f"{_W}val")

    @staticmethod
    def _level(level: Any) -> tuple[str, str, int]:
        def value(tag: str, otherwise: str) -> str:
            found = level.find(f"{_W}{tag}")
            return otherwise if found is None else found.get(f"{_W}val") or otherwise

        start = value("start", "1")
        return value("numFmt", "decimal"), value("lvlText", ""), int(start) if start else 1

    def before(self, paragraph: Any) -> str:
        """The number of the paragraph, counted on, or nothing."""
        list_id, depth = self._place(paragraph)
        of = self._lists.get(list_id or "")
        levels = self._levels.get(of or "")
        if not of or not levels or depth not in levels or not paragraph.text.strip():
            return ""
        form, pattern, start = levels[depth]
        self._counts[of, depth] = self._counts.get((of, depth), start - 1) + 1
        for deeper in [key for key in self._counts if key[0] == of and key[1] > depth]:
            del self._counts[deeper]
        if form not in _FORMATS or "%" not in pattern:
            return ""
        for level in range(depth + 1):
            write = _FORMATS.get(levels.get(level, (form, "", 1))[0], str)
            pattern = pattern.replace(f"%{level + 1}", write(self._counts.get((of, level), 1)))
        return pattern

    @staticmethod
    def _place(paragraph: Any) -> tuple[str | None, int]:
        """The list and level told by the paragraph, else by its style."""
        for holder in (paragraph._p.pPr, getattr(paragraph.style.element, "pPr", None)):
            told = holder.numPr if holder is not None else None
            if told is not None and told.numId is not None:
                return str(told.numId.val), told.ilvl.val if told.ilvl is not None else 0
        return None, 0
