"""What a pasted table would report for the listed units, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from django.utils.translation import gettext as _

from ..models import Target
from ..rules import tables
from ..rules.tables import Line
from ..rules.words import plain
from .units import Holding

_DIGITS, _PLACES = 14, 4


@dataclass(frozen=True)
class Wrong:
    """A line that cannot be taken, and why."""

    line: int
    said: str
    reason: str


@dataclass
class Pasted:
    """The numbers found, by unit; what is wrong; and the columns to choose from, if it is open
    which of them holds the numbers."""

    numbers: dict[int, Decimal] = field(default_factory=dict)
    total: Decimal | None = None
    wrong: list[Wrong] = field(default_factory=list)
    columns: list[tuple[int, str]] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def is_good(self) -> bool:
        return not self.wrong and not self.columns


def read_pasted(target: Target, rows: Sequence[Holding], text: str, column: int | None) -> Pasted:
    """The numbers of `rows` in the text; `column` counts from one, None looks for it.

    Only what is on the list is taken, every unit once, and sums that the table states must hold.
    """
    found = Pasted()
    lines = tables.lines_of(text)
    if len(lines) > tables.MOST_LINES:
        reason = _("超过 %(most)s 行。请分开粘贴。") % {"most": tables.MOST_LINES}
        found.wrong.append(Wrong(tables.MOST_LINES + 1, "", reason))
        return found
    units = {tables.same(row.unit.name): row for row in rows}
    called = tables.names_of(lines)
    held = {
        line.number: units[name]
        for line in lines
        if (name := next((n for n in called.get(line.number, []) if n in units), None))
    }
    at = _column(found, lines, held, column)
    if not found.columns:
        total = _take(found, target, lines, held, at)
        _name_unknown(found, lines, held, called, units)
        _check_rest(found, rows, held)
        _check_total(found, total)
        found.wrong.sort(key=lambda each: each.line or tables.MOST_LINES + 1)
        _count(found, rows)
    return found


def _column(
    found: Pasted, lines: Sequence[Line], held: Mapping[int, Holding], asked: int | None
) -> int | None:
    if asked is not None:
        return asked - 1
    columns = tables.columns_with_numbers(line for line in lines if line.number in held)
    if len(columns) <= 1:
        return columns[0] if columns else None
    heads = [line for line in lines if line.number < min(held) and not line.counts()]
    by_heading = tables.column_by_heading(heads, columns)
    if by_heading is None:
        labels = tables.headings(heads, columns)
        found.columns = [(column + 1, labels[column]) for column in columns]
    return by_heading


def _take(
    found: Pasted,
    target: Target,
    lines: Sequence[Line],
    held: Mapping[int, Holding],
    at: int | None,
) -> Line | None:
    """Take the numbers, and return the line that states their sum."""
    seen: dict[int, int] = {}
    total = None
    for line in lines:
        cell = line.cells[at] if at is not None and at < len(line.cells) else ""
        number = tables.number_in(cell, target.unit)
        row = held.get(line.number)
        if row is None:
            total = line if number is not None and tables.is_total(line) else total
            found.total = number if total is line else found.total
            continue
        if row.unit.pk in seen:
            reason = _("“%(name)s”在第 %(line)s 行已经有了。") % {
                "name": row.unit.name,
                "line": seen[row.unit.pk],
            }
        else:
            seen[row.unit.pk] = line.number
            reason = _refused(cell, number)
            if not reason and number is not None:
                found.numbers[row.unit.pk] = number
        if reason:
            found.wrong.append(Wrong(line.number, line.said, reason))
    return total


def _name_unknown(
    found: Pasted,
    lines: Sequence[Line],
    held: Mapping[int, Holding],
    called: Mapping[int, list[str]],
    units: Mapping[str, Holding],
) -> None:
    """Lines that have a number but no unit of the list. Headings and notes have none."""
    for line in lines:
        is_sum = tables.is_total(line) or tables.is_subtotal(line)
        if line.number not in held and line.counts() and not is_sum:
            reason = _unknown(called.get(line.number, []), units)
            found.wrong.append(Wrong(line.number, line.said, reason))


def _check_rest(found: Pasted, rows: Sequence[Holding], held: Mapping[int, Holding]) -> None:
    if not held:
        found.wrong.append(Wrong(0, "", _("没有一行是名单上的单位。请连同单位名称一起复制。")))
        return
    told = {row.unit.pk for row in held.values()}
    reason = _("粘贴的内容里没有这个单位。没有的请填 0。")
    found.wrong += [Wrong(0, r.unit.name, reason) for r in rows if r.unit.pk not in told]


def _refused(cell: str, number: Decimal | None) -> str:
    if not cell:
        return _("没有数。没有的请填 0；合并的单元格请拆开。")
    if number is None:
        return _("“%(cell)s”不是数。") % {"cell": cell}
    if number < 0:
        return _("上报的数不能为负数。")
    _sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if -exponent > _PLACES or len(digits) + exponent > _DIGITS:
        return _("“%(cell)s”太长：整数最多 14 位，小数最多 4 位。") % {"cell": cell}
    return ""


def _unknown(names: Sequence[str], units: Mapping[str, Holding]) -> str:
    if not names:
        return _("这一行没有单位名称。")
    near = get_close_matches(names[0], units, n=1, cutoff=0.5)
    if near:
        return _("“%(name)s”不在单位名单里。是不是“%(near)s”？") % {
            "name": names[0],
            "near": units[near[0]].unit.name,
        }
    return _("“%(name)s”不在单位名单里。") % {"name": names[0]}


def _check_total(found: Pasted, line: Line | None) -> None:
    """Compare the sum stated with the numbers, once every line is as it should be."""
    added = sum(found.numbers.values(), Decimal(0))
    if line is None or found.wrong or found.total is None or found.total == added:
        return
    reason = _("各单位合计 %(sum)s，表上的合计 %(total)s，相差 %(left)s。请核对。") % {
        "sum": plain(added, 4),
        "total": plain(found.total, 4),
        "left": plain(abs(added - found.total), 4),
    }
    found.wrong.append(Wrong(line.number, line.said, reason))


def _count(found: Pasted, rows: Sequence[Holding]) -> None:
    for row in rows:
        given = found.numbers.get(row.unit.pk)
        if given is None:
            continue
        if row.number is None:
            found.new += 1
        elif row.number == given:
            found.unchanged += 1
        else:
            found.changed += 1
