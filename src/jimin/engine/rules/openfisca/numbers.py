"""What OpenFisca's YAML files write as numbers and periods, read exactly."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH: Final = re.compile(r"(?:month:)?(\d{4})-(\d{2})(?::1)?")
YEAR: Final = re.compile(r"(?:year:)?(\d{4})(?:-01)?(?::1)?")
NOTHING: Final = ("", "~", "null", "Null", "NULL")
TRUTHS: Final = {
    text: truth
    for truth, words in ((True, ("true", "yes", "on")), (False, ("false", "no", "off")))
    for word in words
    for text in (word, word.capitalize(), word.upper())
}
OPERATORS: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month, or a year where `month` is None; of "ETERNITY" both are 0."""

    year: int
    month: int | None

    @property
    def text(self) -> str:
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"


ETERNITY: Final = Period(0, 0)


def read_period(text: str) -> Period:
    """A period; ValueError with a Chinese text for days, weeks and spans of several months."""
    if text.upper() == "ETERNITY":
        return ETERNITY
    month = MONTH.fullmatch(text)
    if month and not text.startswith("year:") and 1 <= int(month[2]) <= 12:
        return Period(int(month[1]), int(month[2]))
    year = YEAR.fullmatch(text)
    if year:
        return Period(int(year[1]), None)
    raise ValueError(f"期间“{text}”不是一个月（2016-01）或一年（2016）")


def read_number(text: str) -> int | Fraction:
    """The number a text stands for, never a float; ValueError if it is none."""
    if not NUMBER.fullmatch(text):
        raise ValueError(f"“{text}”不是数")
    exact = Fraction(text.replace("_", ""))
    return exact.numerator if exact.denominator == 1 else exact


def read_sum(text: str) -> int | Fraction:
    """A number, or a calculation such as `600 - 200 / 12`, which tests may state."""
    try:
        exact = _worked_out(ast.parse(text.strip(), mode="eval").body, text)
    except (SyntaxError, ZeroDivisionError) as wrong:
        raise ValueError(f"“{text}”不是数，也不是能算的算式") from wrong
    return exact.numerator if exact.denominator == 1 else exact


def _worked_out(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.BinOp(op=sign) if type(sign) in OPERATORS:
            left, right = _worked_out(node.left, text), _worked_out(node.right, text)
            return OPERATORS[type(sign)](left, right)
        case ast.UnaryOp(op=ast.USub()):
            return -_worked_out(node.operand, text)
        case ast.Constant():
            written = ast.get_source_segment(text.strip(), node) or ""
            return Fraction(read_number(written))
    raise ValueError(f"“{text}”不是数，也不是能算的算式")
