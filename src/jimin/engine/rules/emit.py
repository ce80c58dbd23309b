"""Terms as SQL, with the interpreter's meaning of NULL as unknown.

SQL's own habits are not trusted: GREATEST skips NULL, CASE takes ELSE on NULL, SUM skips NULL and
integer division rounds negative numbers differently from engine to engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from . import integers
from .dialects import Dialect
from .integers import Term, inner_terms

ATOMS: Final = frozenset(("column", "whole", "text", "day"))
"""Terms that are short wherever they stand."""


@dataclass(slots=True)
class Emitter:
    """`names` holds the terms that have a column of their own by now."""

    dialect: Dialect
    names: dict[Term, str] = field(default_factory=dict)

    def text(self, term: Term) -> str:
        """A term where another uses it."""
        name = self.names.get(term)
        return self.formula(term) if name is None else self.dialect.quoted(name)

    def formula(self, term: Term) -> str:
        """A term by its formula, even if it has a column."""
        return EMIT[term.operation](self, term)

    def sized(self, term: Term, *, wide: bool) -> str:
        """A number with 64 bits or with 38 digits."""
        if term.operation == "whole":
            value = self.dialect.whole(term.low)
            return f"CAST({value} AS {self.dialect.wide})" if wide and not term.is_wide else value
        if wide and not term.is_wide:
            return f"CAST({self.text(term)} AS {self.dialect.wide})"
        return self.text(term)

    def numbers(self, result: Term, *operands: Term) -> tuple[bool, list[str]]:
        """Whether an operation works wide, and its operands in that width."""
        wide = result.works_wide or any(operand.is_wide for operand in operands)
        return wide, [self.sized(operand, wide=wide) for operand in operands]

    def fitted(self, result: Term, text: str, *, wide: bool) -> str:
        """A result in the width its bounds call for."""
        return f"CAST({text} AS BIGINT)" if wide and not result.is_wide else text


def uses(term: Term) -> Iterator[tuple[Term, int]]:
    """The parts of a term, each with how often the term's text contains it."""
    parts = inner_terms(term)
    times = [1] * len(parts)
    match term.operation:
        case "chosen" if term.parts[0].nullable:
            times = [2, 3, 2] if may_equal(*term.parts[1:]) else [2, 1, 1]
        case "highest" | "lowest":
            times = [1 + part.nullable for part in parts]
        case "divided_up" | "divided_down":
            times = [3 if parts[0].low < 0 or term.works_wide else 1, 2]
        case "highest_applying" if all(value.operation == "whole" for value in parts[1::2]):
            times = [1 + part.nullable for part in parts]
        case "gathered" if len(parts) == 1:
            times = [1 + parts[0].nullable]
        case "gathered":
            times = [8 if term.nullable else 1, 6 if term.nullable else 1]
        case "highest_applying" | "years" | "month_number":
            times = [3] * len(parts)
    yield from zip(parts, times, strict=True)


def may_equal(one: Term, other: Term) -> bool:
    """Whether two terms can have the same value, as far as their bounds and texts tell."""
    if one.low > other.high or other.low > one.high:
        return False
    texts, others = _texts(one), _texts(other)
    return texts is None or others is None or bool(texts & others)


def _texts(term: Term) -> frozenset[str] | None:
    """The codes a term can be, if they are known."""
    if term.operation == "text":
        return frozenset(term.parts)
    if term.operation == "chosen":
        then, otherwise = _texts(term.parts[1]), _texts(term.parts[2])
        return None if then is None or otherwise is None else then | otherwise
    return None


def _infix(sign: str) -> Callable[[Emitter, Term], str]:
    def emit(emitter: Emitter, term: Term) -> str:
        wide, (left, right) = emitter.numbers(term, *term.parts)
        return emitter.fitted(term, f"({left} {sign} {right})", wide=wide)

    return emit


def _logic(sign: str) -> Callable[[Emitter, Term], str]:
    return lambda emitter, term: f"({f' {sign} '.join(map(emitter.text, term.parts))})"


def _compared(emitter: Emitter, term: Term) -> str:
    sign, left, right = term.parts
    sign = {"==": "=", "!=": "<>"}.get(sign, sign)
    if left.is_wide or right.is_wide:
        return f"({emitter.sized(left, wide=True)} {sign} {emitter.sized(right, wide=True)})"
    return f"({emitter.text(left)} {sign} {emitter.text(right)})"


def _chosen(emitter: Emitter, term: Term) -> str:
    condition, then, otherwise = term.parts
    wide, (yes, no) = emitter.numbers(term, then, otherwise)
    sure = emitter.text(condition)
    if not condition.nullable:
        text = f"CASE WHEN {sure} THEN {yes} ELSE {no} END"
    else:
        same = f" WHEN {yes} = {no} THEN {yes}" if may_equal(then, otherwise) else ""
        text = f"CASE WHEN {sure} THEN {yes} WHEN NOT {sure} THEN {no}{same} END"
    return emitter.fitted(term, f"({text})", wide=wide)


def _extreme(emitter: Emitter, term: Term) -> str:
    wide, items = emitter.numbers(term, *term.parts)
    text = f"{'GREATEST' if term.operation == 'highest' else 'LEAST'}({', '.join(items)})"
    unknown = [f"{emitter.text(part)} IS NULL" for part in term.parts if part.nullable]
    if unknown:
        text = f"(CASE WHEN {' OR '.join(unknown)} THEN NULL ELSE {text} END)"
    return emitter.fitted(term, text, wide=wide)


def _highest_applying(emitter: Emitter, term: Term) -> str:
    """With constant values a plain ladder from the highest down; otherwise bounds from both sides.

    An unknown rung above the answer makes it unknown, one below does not matter.
    """
    conditions, values = term.parts[::2], term.parts[1::2]
    if all(value.operation == "whole" for value in values):
        return _ladder(emitter, conditions, values)
    wide, amounts = emitter.numbers(term, *values)
    zero = emitter.sized(integers.ZERO, wide=wide)
    sure, possible, lost = [zero], [zero], []
    for condition, value, amount in zip(conditions, values, amounts, strict=True):
        applies = emitter.text(condition)
        sure.append(f"CASE WHEN {applies} THEN {amount} ELSE {zero} END")
        possible.append(f"CASE WHEN {applies} IS NOT FALSE THEN {amount} ELSE {zero} END")
        if value.nullable:
            lost.append(f"NOT ({applies} IS NOT FALSE AND {amount} IS NULL)")
    least, most = f"GREATEST({', '.join(sure)})", f"GREATEST({', '.join(possible)})"
    known = " AND ".join([f"{least} = {most}", *lost])
    return emitter.fitted(term, f"(CASE WHEN {known} THEN {least} END)", wide=wide)


def _ladder(emitter: Emitter, conditions: tuple[Term, ...], values: tuple[Term, ...]) -> str:
    by_value: dict[int, list[Term]] = {}
    for condition, value in zip(conditions, values, strict=True):
        if value.low > 0:
            by_value.setdefault(value.low, []).append(condition)
    rungs = []
    for amount in sorted(by_value, reverse=True):
        applies = " OR ".join(emitter.text(condition) for condition in by_value[amount])
        rungs.append(f"WHEN {applies} THEN {emitter.dialect.whole(amount)}")
        if any(condition.nullable for condition in by_value[amount]):
            rungs.append(f"WHEN ({applies}) IS NULL THEN NULL")
    zero = emitter.dialect.whole(0)
    return f"(CASE {' '.join(rungs)} ELSE {zero} END)" if rungs else zero


def _divided_up(emitter: Emitter, term: Term) -> str:
    wide, (above, below) = emitter.numbers(term, *term.parts)
    text = emitter.dialect.divided(f"({above} + {below} - 1)", below, wide=wide)
    if term.parts[0].low < 0:
        negative = emitter.dialect.divided(f"(-{above})", below, wide=wide)
        text = f"(CASE WHEN {above} > 0 THEN {text} ELSE -{negative} END)"
    return emitter.fitted(term, text, wide=wide)


def _divided_down(emitter: Emitter, term: Term) -> str:
    wide, (above, below) = emitter.numbers(term, *term.parts)
    text = emitter.dialect.divided(above, below, wide=wide)
    if term.parts[0].low < 0:
        negative = emitter.dialect.divided(f"(-{above} + {below} - 1)", below, wide=wide)
        text = f"(CASE WHEN {above} >= 0 THEN {text} ELSE -{negative} END)"
    return emitter.fitted(term, text, wide=wide)


def _apart(emitter: Emitter, term: Term) -> str:
    wide, (one, other) = emitter.numbers(term, *term.parts)
    return emitter.fitted(term, f"ABS({one} - {other})", wide=wide)


def _years(emitter: Emitter, term: Term) -> str:
    """As numbers 20160701 and 19980702 days differ by the full years and a rest below 10000."""
    birth, on = (emitter.text(part) for part in term.parts)
    numbers = [f"(YEAR({day}) * 10000 + MONTH({day}) * 100 + DAY({day}))" for day in (on, birth)]
    years = emitter.dialect.divided(f"({numbers[0]} - {numbers[1]})", "10000", wide=False)
    return f"CAST(CASE WHEN {birth} > {on} THEN 0 ELSE {years} END AS BIGINT)"


def _month_number(emitter: Emitter, term: Term) -> str:
    day = emitter.text(term.parts[0])
    return f"(CAST(YEAR({day}) AS BIGINT) * 12 + MONTH({day}) - 1)"


def _day(emitter: Emitter, term: Term) -> str:
    return f"DATE '{term.parts[0].isoformat()}'"


EMIT: Final[dict[str, Callable[[Emitter, Term], str]]] = {
    "column": lambda emitter, term: emitter.dialect.quoted(term.parts[0]),
    "whole": lambda emitter, term: emitter.dialect.whole(term.parts[0]),
    "text": lambda emitter, term: emitter.dialect.literal(term.parts[0]),
    "day": _day,
    "plus": _infix("+"),
    "minus": _infix("-"),
    "times": _infix("*"),
    "divided_up": _divided_up,
    "divided_down": _divided_down,
    "compared": _compared,
    "both": _logic("AND"),
    "either": _logic("OR"),
    "opposite": lambda emitter, term: f"(NOT {emitter.text(term.parts[0])})",
    "given": lambda emitter, term: f"({emitter.text(term.parts[0])} IS NOT NULL)",
    "given_or_unknown": lambda emitter, term: (
        f"(CASE WHEN {emitter.text(term.parts[0])} IS NOT NULL THEN TRUE END)"
    ),
    "chosen": _chosen,
    "highest": _extreme,
    "lowest": _extreme,
    "highest_applying": _highest_applying,
    "apart": _apart,
    "years": _years,
    "month_number": _month_number,
}


def gather(emitter: Emitter, term: Term) -> str:
    """Something of all rows of a group; unknown if one of them is and it matters."""
    which, inner, *_ = term.parts
    value = emitter.text(inner)
    if which.endswith("_where"):
        return _extreme_where(emitter, term)
    known = f"COUNT({value}) = COUNT(*)"
    if which == "any":
        found = f"BOOL_OR({value})"
        if not inner.nullable:
            return found
        return f"CASE WHEN {found} THEN TRUE WHEN {known} THEN FALSE END"
    if which == "all":
        found = f"BOOL_AND({value})"
        if not inner.nullable:
            return found
        return f"CASE WHEN NOT {found} THEN FALSE WHEN {known} THEN TRUE END"
    if which in EXTREMES:
        text = f"{EXTREMES[which]}({value})"
    elif which == "count":
        text = f"COUNT(*) FILTER (WHERE {value})"
    else:
        text = f"SUM({emitter.sized(inner, wide=term.is_wide)})"
    if inner.nullable:
        text = f"CASE WHEN {known} THEN {text} END"
    return f"CAST({text} AS {emitter.dialect.wide if term.is_wide else 'BIGINT'})"


EXTREMES: Final = {"highest": "MAX", "lowest": "MIN"}


def _extreme_where(emitter: Emitter, term: Term) -> str:
    """Of those meant; a row that may or may not be meant matters only if it changes the result.

    Without any row it is a number nobody looks at, so that what is known stays known.
    """
    which, inner, meant = term.parts
    best = EXTREMES[which.removesuffix("_where")]
    value, sure = emitter.text(inner), emitter.text(meant)
    if not term.nullable:
        low = emitter.dialect.whole(inner.low)
        return f"COALESCE({best}({value}) FILTER (WHERE {sure}), {low})"
    maybe = f"FILTER (WHERE {sure} IS NOT FALSE)"
    found = f"{best}({value}) FILTER (WHERE {sure})"
    return (
        f"CASE WHEN COUNT(*) {maybe} > COUNT({value}) {maybe} THEN NULL "
        f"WHEN BOOL_OR({sure}) THEN CASE WHEN {found} = {best}({value}) {maybe} THEN {found} END "
        f"WHEN MIN({value}) {maybe} = MAX({value}) {maybe} THEN MIN({value}) {maybe} END"
    )
