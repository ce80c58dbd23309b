"""What a person typed into a cell, read without guessing.

A parser takes a filled cell and returns its value or raises `BadCellError`, whose message says
what is wrong and what to do. Where the cell is belongs to the caller (`rows.Row`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from jimin.engine.sentences import Name, said

T = TypeVar("T")

FEN = Decimal("0.01")
# Excel keeps 15 significant digits; a longer number in a numeric cell has lost its end.
EXACT_DIGITS = 15
LONGEST_SHOWN = 100

_HALF_WIDTH: dict[int, int | None] = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {0x3000: 0x20, 0x2212: 0x2D}
_HALF_WIDTH |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})(?:[-/]([0-9]{1,2})|年([0-9]{1,2})月)")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a usable value: a formula never computed, or one that ended in an error."""

    shown: str
    message: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The value of a cell merged over several rows (numbers as Excel shows them)."""

    value: "Raw"
    first_row: int
    last_row: int


class From1904(float):
    """A number of a workbook that counts days from 1904, as those of old Macs do: no day is read
    out of it."""


Raw = str | int | float | bool | date | datetime | time | timedelta | CellError | Merged
Parser = Callable[[Raw], T]


class BadCellError(ValueError):
    """The cell cannot be read as what its column holds."""


def tidy(text: str) -> str:
    """Half-width letters, digits and signs; no zero-width characters; no surrounding blanks."""
    return text.translate(_HALF_WIDTH).strip()


def is_empty(raw: Raw) -> bool:
    """Nothing there, or only blanks (also non-breaking, full-width and zero-width ones)."""
    if isinstance(raw, Merged):
        return is_empty(raw.value)
    return isinstance(raw, str) and not raw[:1].isalnum() and not tidy(raw)


def shown(raw: Raw) -> str:
    """The cell as its reader sees it on the screen, shortened when very long."""
    match raw:
        case Merged():
            return shown(raw.value)
        case CellError():
            return raw.shown
        case bool():
            return "TRUE" if raw else "FALSE"
        case int() | float():
            if abs(raw) >= 10**EXACT_DIGITS:
                return format(raw, ".5E")
            return format(_decimal(raw), "f")
        case datetime():
            return raw.isoformat(" ")
        case str():
            return raw if len(raw) <= LONGEST_SHOWN else raw[:LONGEST_SHOWN] + "…"
        case _:
            return str(raw)


def _decimal(number: int | float) -> Decimal:
    """The number at the precision of Excel, without the binary tail (0.30000000000000004)."""
    return Decimal(number if isinstance(number, int) else format(number, ".15g"))


def _refuse_errors(raw: Raw) -> None:
    if isinstance(raw, CellError):
        raise BadCellError(raw.message)


def number(raw: Raw) -> Decimal:
    """A plain number, from a numeric cell or from text; nothing is rounded."""
    _refuse_errors(raw)
    if isinstance(raw, str):
        text = tidy(raw)
        if not _NUMBER.fullmatch(text):
            raise BadCellError(
                "这里应当是数字；请只填数字，不带单位、文字和其他符号，没有就填 0，不清楚就留空。"
            )
        return _in_reach(Decimal(text.replace(",", "")))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise BadCellError("这里应当是数字；请把单元格格式改为“常规”或“数值”后重新填写数字。")
    return _in_reach(_decimal(raw))


def _in_reach(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) >= 10**EXACT_DIGITS:
        raise BadCellError("数字太大；请核对后重新填写。")
    return value or Decimal(0)  # "-0" too


def amount(*, minimum: Decimal | None = None, maximum: Decimal | None = None) -> Parser[Decimal]:
    """Money in yuan with at most two decimals."""

    def parse(raw: Raw) -> Decimal:
        value = number(raw)
        _check_range(value, minimum, maximum)
        if value != value.quantize(FEN):
            raise BadCellError("金额最多两位小数，系统不代为四舍五入；请填写到分为止的金额。")
        return value.quantize(FEN)

    return parse


def whole(*, minimum: int | None = None, maximum: int | None = None) -> Parser[int]:
    """A whole number."""

    def parse(raw: Raw) -> int:
        value = number(raw)
        _check_range(value, minimum, maximum)
        if value != value.to_integral_value():
            raise BadCellError("这里应当是整数；请填写整数。")
        return int(value)

    return parse


def _check_range(
    value: Decimal, minimum: Decimal | int | None, maximum: Decimal | int | None
) -> None:
    if minimum is not None and value < minimum:
        raise BadCellError(said("不能小于 {minimum}；请核对后重新填写。", minimum=minimum))
    if maximum is not None and value > maximum:
        raise BadCellError(
            said(
                "不能大于 {maximum}，可能多填了位数或用错了单位；请核对后重新填写。",
                maximum=maximum,
            )
        )


def choice(choices: dict[str, T]) -> Parser[T]:
    """One of a few words."""
    words = tuple(Name(f"“{word}”") for word in choices)

    def parse(raw: Raw) -> T:
        _refuse_errors(raw)
        if isinstance(raw, str) and tidy(raw) in choices:
            return choices[tidy(raw)]
        raise BadCellError(said("只能填 {words}，不清楚就留空；请改正。", words=words))

    return parse


yes_no = choice({"是": True, "否": False})


def month(raw: Raw) -> str:
    """A month as YYYY-MM, from 2016-03, 2016/3, 2016年3月 or a date cell."""
    _refuse_errors(raw)
    if isinstance(raw, date):
        return f"{raw:%Y-%m}"
    found = _MONTH.fullmatch(tidy(raw)) if isinstance(raw, str) else None
    if found is None:
        raise BadCellError("这里应当是年月；请按“2016-03”的样子填写四位年份和月份。")
    year, number_of_month = int(found[1]), int(found[2] or found[3])
    if not (1900 <= year <= 2199 and 1 <= number_of_month <= 12):
        raise BadCellError("没有这样的年月；请按“2016-03”的样子填写四位年份和月份。")
    return f"{year:04d}-{number_of_month:02d}"


def text(*, longest: int) -> Parser[str]:
    """Words as written, without surrounding blanks."""

    def parse(raw: Raw) -> str:
        _refuse_errors(raw)
        value = raw.strip() if isinstance(raw, str) else shown(raw)
        if len(value) > longest:
            raise BadCellError(
                said(
                    "文字太长（{length} 字），最多 {longest} 字；请缩短。",
                    length=len(value),
                    longest=longest,
                )
            )
        return value

    return parse


def code(*, longest: int = 64) -> Parser[str]:
    """A short code that may be typed as text or as a whole number (1001.0 is "1001")."""

    def parse(raw: Raw) -> str:
        _refuse_errors(raw)
        if isinstance(raw, str):
            value = tidy(raw)
            if len(value) > longest or "\n" in value:
                raise BadCellError(
                    said(
                        "编号应是一行、不超过 {longest} 个字的文字；请核对后重新填写。",
                        longest=longest,
                    )
                )
            return value
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise BadCellError("编号不能是日期或逻辑值；请把该列设为文本后重新填写。")
        value_number = _decimal(raw)
        if not value_number.is_finite() or abs(value_number) >= 10**EXACT_DIGITS:
            raise BadCellError("编号被 Excel 改成数字，末几位已丢失；请把该列设为文本后重新填写。")
        if value_number != value_number.to_integral_value():
            raise BadCellError("编号不能带小数；请把该列设为文本后重新填写。")
        return str(int(value_number))

    return parse


def long_number_text(raw: Raw) -> str:
    """Digits too many for a numeric cell: only text is believed, a number has lost its end."""
    _refuse_errors(raw)
    if isinstance(raw, str) and not _SCIENTIFIC.fullmatch(tidy(raw)):
        return tidy(raw)
    if isinstance(raw, str) or (isinstance(raw, int | float) and not isinstance(raw, bool)):
        raise BadCellError("号码被 Excel 改成数字，末几位已丢失；请把该列设为文本后重新填写。")
    raise BadCellError("这里应当是号码，不能是日期或逻辑值；请把该列设为文本后重新填写。")
