"""A table pasted from a spreadsheet: its lines and cells, its numbers, its sum lines."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

from jimin.foundation.tables import BadCellError, number, tidy

MOST_LINES = 5000
# What stands where a number should, right or wrong: 1.2万, (3), 12个
_NUMBERISH = re.compile(r"[-(]?\d[\d,.]*[万千百亿个名人户张家所处次件元%‰)]{0,3}")
_NOTHING = re.compile(r"[-—–―/\\]+|无")
# Without tabs blanks and commas part the cells, but not the thousands: 兴华街道,1,200
_BETWEEN = re.compile(r"\s+|;|(?<!\d),|,(?!\d{3}(?!\d))")
_TOTAL = re.compile(r"(?:合|总|共)计(?:数)?|总数|全[省市州县区]合计")
_HAS = re.compile(r"现有|实有|现况|完成|实际|已|本期|上报")


@dataclass(frozen=True)
class Line:
    """One row, with the number of the line of the text on which it begins."""

    number: int
    cells: tuple[str, ...]

    def named(self) -> list[int]:
        """The columns of its words before its first number; a serial number is none of both."""
        numbers = self.numbers()
        words = [i for i, cell in enumerate(self.cells) if cell and i not in numbers]
        end = next((i for i in numbers if words and i > words[0]), len(self.cells))
        return [i for i in words if i < end]

    def numbers(self) -> list[int]:
        return [i for i, cell in enumerate(self.cells) if _NUMBERISH.fullmatch(same(cell))]

    def counts(self) -> list[int]:
        """The columns of its numbers right of its words."""
        named = self.named()
        return [i for i in self.numbers() if not named or i > named[-1]]

    @property
    def said(self) -> str:
        return " ".join(cell for cell in self.cells if cell)


def same(text: str) -> str:
    """Full-width letters and digits as half-width ones, blanks left out: how names compare."""
    return "".join(tidy(text).split())


def number_in(cell: str, unit: str = "") -> Decimal | None:
    """１，２３４ and 1,234 个 as 1234; None where the cell is no number."""
    text = same(cell)
    if unit:
        text = text.removesuffix(same(unit))
    try:
        return number(text)
    except BadCellError:
        return None


def lines_of(text: str) -> list[Line]:
    """The rows that hold anything. A cell of several lines in quotation marks is one cell."""
    if "\t" not in text:
        rows = enumerate(text.splitlines(), 1)
        found = [(n, _BETWEEN.split(tidy(row))) for n, row in rows]
    else:
        is_odd = text.count('"') % 2
        reader = csv.reader(
            StringIO(text, newline=""),
            delimiter="\t",
            quoting=csv.QUOTE_NONE if is_odd else csv.QUOTE_MINIMAL,
        )
        found, begins = [], 1
        for row in reader:
            found.append((begins, row))
            begins = reader.line_num + 1
    lines = [Line(n, tuple(_cleaned(cell) for cell in cells)) for n, cells in found]
    return [line for line in lines if any(line.cells)]


def _cleaned(cell: str) -> str:
    return "" if _NOTHING.fullmatch(same(cell)) else " ".join(cell.split())


def is_total(line: Line) -> bool:
    return any(_TOTAL.fullmatch(same(cell)) for cell in line.cells)


def is_subtotal(line: Line) -> bool:
    return any(same(cell) == "小计" for cell in line.cells)


def names_of(lines: Iterable[Line]) -> dict[int, list[str]]:
    """By line, what it may be called: its last words, or all of them run together.

    A merged cell fills only the first of its rows; the rows below take it from there.
    """
    above: dict[int, str] = {}
    found = {}
    for line in lines:
        named = line.named()
        above = {i: cell for i, cell in above.items() if i < len(line.cells) and not line.cells[i]}
        above |= {i: line.cells[i] for i in named}
        if named:
            whole = "".join(above[i] for i in sorted(above) if i <= named[-1])
            called = [same(line.cells[named[-1]]), same(whole)]
            if not line.counts():  # its last words may stand where a number should
                called += [same(line.cells[i]) for i in reversed(named[:-1])]
            found[line.number] = list(dict.fromkeys(called))
    return found


def columns_with_numbers(lines: Iterable[Line]) -> list[int]:
    """The columns right of the names that hold a number in any of these rows."""
    return sorted({i for line in lines for i in line.counts()})


def column_by_heading(heads: Iterable[Line], columns: Iterable[int]) -> int | None:
    """The one column whose heading says that it holds what there is (现有, 完成数)."""
    told = headings(heads, columns)
    fitting = [column for column, label in told.items() if _HAS.search(label)]
    return fitting[0] if len(fitting) == 1 else None


def headings(heads: Iterable[Line], columns: Iterable[int]) -> Mapping[int, str]:
    lines = list(heads)
    return {
        column: "".join(line.cells[column] for line in lines if column < len(line.cells))
        for column in columns
    }
