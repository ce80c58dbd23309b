"""A table inside a sheet: where its header is, its rows, and what is wrong with them.

Works on a `Grid`, whatever file it came from. Row numbers and column letters are those that
Excel shows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from jimin.engine.sentences import Name, Sentence, said
from jimin.foundation.tables.cells import (
    BadCellError,
    Merged,
    Parser,
    Raw,
    T,
    is_empty,
    shown,
    tidy,
)

HEADER_WITHIN = 30
REASON_LABEL = "错误原因"
HARMLESS_REMARKS = frozenset({"必填", "选填", "可空", "可不填", "可留空"})

_REMARK = re.compile(r"\(([^()]*)\)$")
_BLANKS = re.compile(r"\s+")
_MERGED_AMOUNT = (
    "合并单元格（第 {first} 至 {last} 行）里的值看不出每一行各是多少；请取消合并，逐行填写。"
)
_MERGED_ACROSS = (
    "这一行有几列被合并成一格，看不出各列的值；请取消合并，逐列填写（如果是说明文字，请删去）。"
)


class UnusableError(Exception):
    """The whole file cannot be used; the message is a Chinese sentence saying what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is looked for.

    `remarks` are the words allowed in brackets after the label, such as a unit: any other remark
    (万元 for 元) could change the meaning, so the column is refused. With `each_row` a value
    merged over several rows is refused too, unless it is zero: an amount given once for three
    rows is not three times that amount. Other merged values hold for every row of the merge.
    """

    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = True
    remarks: tuple[str, ...] = ()
    each_row: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; all four are zero-based and included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """Cells by zero-based row and column from the top left corner of the sheet."""

    name: str
    rows: list[list[Raw]]
    merges: list[Merge] = field(default_factory=list)

    def cell(self, row: int, column: int) -> Raw:
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one cell."""

    sheet: str
    row: int
    column: str
    letter: str
    value: str
    message: str

    @property
    def place(self) -> str:
        return f"“{self.sheet}”表第 {self.row} 行 {self.letter} 列“{self.column}”"

    @property
    def sentence(self) -> str:
        return f"{self.place}：{self.message}"


def column_letter(index: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def column_index(letters: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


@dataclass(frozen=True, slots=True)
class Header:
    first: int
    last: int
    places: dict[str, int]


class Row:
    """One row of data. Reading a bad cell records a fault and gives None, as an empty cell does;
    whoever needs to tell them apart looks at `faults`."""

    __slots__ = ("_cells", "_table", "faults", "number")

    def __init__(self, table: "Table", number: int, cells: list[Raw]) -> None:
        self._table = table
        self._cells = cells
        self.number = number
        self.faults: Sequence[Fault] = ()

    def let_go(self) -> None:
        """Give back the cells of a row that is done with: reading it again is an error."""
        del self._cells

    def raw(self, label: str) -> Raw:
        place = self._table.header.places.get(label)
        return "" if place is None or place >= len(self._cells) else self._cells[place]

    def read(self, label: str, parse: Parser[T]) -> T | None:
        raw = self.raw(label)
        if raw == "" or is_empty(raw):
            return None
        try:
            if isinstance(raw, Merged):
                return self._read_merged(label, raw, parse)
            return parse(raw)
        except BadCellError as error:
            self.reject(label, str(error))
            return None

    def require(self, label: str, parse: Parser[T]) -> T | None:
        if is_empty(self.raw(label)):
            self.reject(label, said("没有填写{label}；请补填。", label=Name(label)))
            return None
        return self.read(label, parse)

    def reject(self, label: str, message: str) -> None:
        place = self._table.header.places.get(label, 0)
        fault = Fault(
            sheet=self._table.name,
            row=self.number,
            column=label,
            letter=column_letter(place),
            value=shown(self.raw(label)),
            message=message,
        )
        if fault not in self.faults:
            self.faults = (*self.faults, fault)

    def _read_merged(self, label: str, raw: Merged, parse: Parser[T]) -> T:
        value = parse(raw.value)
        if self._table.columns[label].each_row and value != 0:
            raise BadCellError(said(_MERGED_AMOUNT, first=raw.first_row, last=raw.last_row))
        return value


class Table:
    """The rows below a header. `width` counts the columns in use, for whoever appends one."""

    def __init__(self, grid: Grid, columns: Iterable[Column]) -> None:
        self.name = grid.name
        self.columns = {column.label: column for column in columns}
        self.header = _find_header(grid, list(self.columns.values()))
        self.above = _texts_above(grid, self.header)
        self.width = max((_used(cells) for cells in grid.rows), default=0)
        self.rows = list(self._read_rows(grid))

    @property
    def faults(self) -> list[Fault]:
        return [fault for row in self.rows for fault in row.faults]

    def _read_rows(self, grid: Grid) -> Iterator[Row]:
        places = sorted(self.header.places.values())
        labels = {place: label for label, place in self.header.places.items()}
        covered, inside_merge = _spread(grid, after=self.header.last, places=set(places))
        for index in range(self.header.last + 1, len(grid.rows)):
            cells = grid.rows[index]
            if index in covered:
                row = Row(self, index + 1, cells)
                row.reject(labels[covered[index]], _MERGED_ACROSS)
                yield row
                continue
            filled = [p for p in places if p < len(cells) and not is_empty(cells[p])]
            if not filled or self._repeats_header(cells, filled, labels):
                continue
            row = Row(self, index + 1, cells)
            if index in inside_merge and all(isinstance(cells[p], Merged) for p in filled):
                row.reject(
                    labels[filled[0]], "这一行除了合并单元格以外全是空的；请补填，或取消合并。"
                )
            yield row

    def _repeats_header(self, cells: list[Raw], filled: list[int], labels: dict[int, str]) -> bool:
        """A header printed again further down, as for a second page."""
        first = cells[filled[0]]
        if not isinstance(first, str) or normal_label(first) != normal_label(labels[filled[0]]):
            return False
        return all(
            isinstance(cells[place], str)
            and split_label(str(cells[place]))[0] in _names(self.columns[labels[place]])
            for place in filled
        )


def normal_label(text: str) -> str:
    """A label without blanks, line breaks, marks of obligation and full-width forms."""
    return _BLANKS.sub("", tidy(text)).strip("*:").upper()


def split_label(text: str) -> tuple[str, str]:
    """A label and the remark in brackets after it: 工资性收入（元/月） has the remark 元/月."""
    label = normal_label(text)
    found = _REMARK.search(label)
    if found is None:
        return label, ""
    return label[: found.start()].strip("*:"), found[1]


def _names(column: Column) -> set[str]:
    return {normal_label(name) for name in (column.label, *column.synonyms)}


def _find_header(grid: Grid, columns: list[Column]) -> Header:
    """The row, or pair of rows, among the first ones that names most of the columns."""
    heads = _HeaderCells(grid)
    required = [column.label for column in columns if column.required]
    best: tuple[tuple[int, int, int], int, int, dict[str, list[int]]] | None = None
    for index in range(min(HEADER_WITHIN, len(grid.rows))):
        for depth in (1, 2) if index + 1 < HEADER_WITHIN else (1,):
            found = _match(heads, index, depth, columns)
            score = (sum(label in found for label in required), len(found), -depth)
            if best is None or score > best[0]:
                best = (score, index, depth, found)
    if best is None or not best[3]:
        raise UnusableError(
            said(
                "“{sheet}”表前 {rows} 行里没有找到表头；请在表头一行写明：{columns}。",
                sheet=Name(grid.name),
                rows=HEADER_WITHIN,
                columns=tuple(map(Name, required)),
            )
        )
    _, first, depth, found = best
    missing = [label for label in required if label not in found]
    _refuse_other_remarks(heads, first, depth, [c for c in columns if c.label not in found])
    if missing:
        raise UnusableError(
            said(
                "“{sheet}”表第 {row} 行的表头缺少：{columns}；请补上这些列。",
                sheet=Name(grid.name),
                row=first + 1,
                columns=tuple(map(Name, missing)),
            )
        )
    last = max(heads.bottom(first + depth - 1, at) for ats in found.values() for at in ats)
    last = max(last, first + depth - 1)
    return Header(
        first,
        last,
        {label: _only_place(grid, heads, last, label, ats) for label, ats in found.items()},
    )


class _HeaderCells:
    """Header cells with the value of a merge in each of its cells."""

    def __init__(self, grid: Grid) -> None:
        self.name = grid.name
        self._grid = grid
        self.width = max((len(row) for row in grid.rows[: HEADER_WITHIN + 1]), default=0)
        self._merges: dict[tuple[int, int], Merge] = {}
        for merge in grid.merges:
            for row in range(merge.top, min(merge.bottom, HEADER_WITHIN) + 1):
                for column in range(merge.left, min(merge.right, self.width - 1) + 1):
                    self._merges[row, column] = merge

    def text(self, row: int, column: int) -> str:
        merge = self._merges.get((row, column))
        raw = self._grid.cell(merge.top, merge.left) if merge else self._grid.cell(row, column)
        return raw if isinstance(raw, str) else ""

    def bottom(self, row: int, column: int) -> int:
        merge = self._merges.get((row, column))
        return merge.bottom if merge else row

    def same_merge(self, row: int, columns: list[int]) -> bool:
        merges = {self._merges.get((row, column)) for column in columns}
        return len(merges) == 1 and None not in merges

    def labels(self, row: int, depth: int, column: int) -> list[tuple[str, str]]:
        """The label of a column, most specific first, each with its remark."""
        if depth == 1:
            return [split_label(self.text(row, column))]
        upper, lower = self.text(row, column), self.text(row + 1, column)
        if not tidy(lower):
            return [split_label(upper)]
        return [split_label(lower), split_label(upper + lower)]


def _match(
    heads: _HeaderCells, row: int, depth: int, columns: list[Column]
) -> dict[str, list[int]]:
    names = {name: column for column in columns for name in _names(column)}
    found: dict[str, list[int]] = {}
    for place in range(heads.width):
        for label, remark in heads.labels(row, depth, place):
            column = names.get(label)
            if column is not None and _accepts(column, remark):
                found.setdefault(column.label, []).append(place)
                break
    return found


def _accepts(column: Column, remark: str) -> bool:
    allowed = {normal_label(text) for text in column.remarks} | HARMLESS_REMARKS
    return not remark or remark in allowed


def _refuse_other_remarks(heads: _HeaderCells, row: int, depth: int, columns: list[Column]) -> None:
    names = {name: column for column in columns for name in _names(column)}
    for place in range(heads.width):
        for label, remark in heads.labels(row, depth, place):
            column = names.get(label)
            if column is not None and remark:
                raise UnusableError(_other_remark(heads.name, place, column, remark))


def _other_remark(sheet: str, place: int, column: Column, remark: str) -> Sentence:
    """What stands in the brackets after a label, and what may stand there."""
    phrase = (
        "“{sheet}”表 {letter} 列表头括号里写的是“{remark}”，与本列要求不同；"
        "请把这一列改为“{label}（{wanted}）”或“{label}”的内容和写法。"
        if column.remarks
        else "“{sheet}”表 {letter} 列表头括号里写的是“{remark}”，与本列要求不同；"
        "请把这一列改为“{label}”的内容和写法。"
    )
    return said(
        phrase,
        sheet=Name(sheet),
        letter=Name(column_letter(place)),
        remark=Name(remark),
        label=Name(column.label),
        wanted=Name(column.remarks[0] if column.remarks else ""),
    )


def _only_place(grid: Grid, heads: _HeaderCells, last: int, label: str, places: list[int]) -> int:
    """The one column under a label; a label merged over several columns may have one filled."""
    if len(places) > 1 and heads.same_merge(last, places):
        below = range(last + 1, len(grid.rows))
        filled = [p for p in places if any(not is_empty(grid.cell(row, p)) for row in below)]
        places = filled or places[:1]
    if len(places) > 1:
        raise UnusableError(
            said(
                "“{sheet}”表有 {count} 列都是“{label}”（{letters} 列），不知道以哪一列为准；"
                "请只保留一列。",
                sheet=Name(grid.name),
                count=len(places),
                label=Name(label),
                letters=tuple(Name(column_letter(place)) for place in places),
            )
        )
    return places[0]


def _spread(grid: Grid, *, after: int, places: set[int]) -> tuple[dict[int, int], set[int]]:
    """Put the value of each merge below the header into every row it covers.

    Returns the rows in which a merge hides wanted columns behind another (with the column to
    blame) and the rows that are not the first of a merge.
    """
    covered: dict[int, int] = {}
    inside: set[int] = set()
    for merge in grid.merges:
        value = grid.cell(merge.top, merge.left)
        if merge.bottom <= after or is_empty(value):
            continue
        rows = range(max(merge.top, after + 1), min(merge.bottom, len(grid.rows) - 1) + 1)
        wanted = [place for place in places if merge.left <= place <= merge.right]
        if wanted and (len(wanted) > 1 or wanted[0] != merge.left):
            covered.update(dict.fromkeys(rows, min(wanted)))
        if merge.top == merge.bottom or not wanted:
            continue
        shared = Merged(value, merge.top + 1, merge.bottom + 1)
        for row in rows:
            cells = grid.rows[row]
            cells.extend([""] * (merge.left + 1 - len(cells)))
            cells[merge.left] = shared
            if row > merge.top:
                inside.add(row)
    return covered, inside


def _texts_above(grid: Grid, header: Header) -> list[str]:
    return [tidy(c) for row in grid.rows[: header.first] for c in row if isinstance(c, str) and c]


def _used(cells: Sequence[Raw]) -> int:
    for index in range(len(cells) - 1, -1, -1):
        if not is_empty(cells[index]):
            return index + 1
    return 0
