"""One SQL statement for a whole city, with the interpreter's meaning of NULL as unknown.

SQL's own habits are not trusted: GREATEST skips NULL, CASE takes ELSE on NULL, SUM skips NULL and
integer division rounds negative numbers differently from engine to engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Final

from .decision import KEY, Decision
from .errors import DefinitionError
from .expressions import FactValue, ParameterValue, Scope
from .facts import Day, Fact, Flag, Money, Month, Whole
from .integers import Term
from .lowering import Lowered, Lowering, Number, Total
from .policy import PolicyMonth


def statement(month: PolicyMonth, decision: Decision, households: str, members: str) -> str:
    """The SELECT that assesses every household of two relations.

    Households without members and members without a household raise an error that names the
    household. The caller has checked that every value is within its declared range.
    """
    lowering = Lowering(month)
    for name in (decision.conclusion, decision.size, *decision.shown, *decision.amounts):
        lowering.add(name)
    steps = [
        ("member_facts", _facts(lowering, "member", members)),
        *_layers(lowering, "member", "member_facts"),
    ]
    steps.append(("gathered", _gathered(lowering.totals, steps[-1][0])))
    steps.append(("group_facts", _facts(lowering, "group", households)))
    steps.append(("group_complete", _complete(month.book.most_members)))
    steps.extend(_layers(lowering, "group", "group_complete"))
    body = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in steps)
    return f"WITH {body}\n{_result(lowering, decision, steps[-1][0])}"


def needed_columns(month: PolicyMonth, decision: Decision) -> dict[Scope, dict[str, str]]:
    """The columns the two relations must have, with their types."""
    lowering = Lowering(month)
    for name in (decision.conclusion, decision.size, *decision.shown, *decision.amounts):
        lowering.add(name)
    return {
        scope: {name: type_of(fact) for name, fact in facts.items()}
        for scope, facts in lowering.facts.items()
    }


def type_of(fact: Fact) -> str:
    """The column type a fact has in a city's tables."""
    match fact:
        case Money() | Whole():
            return "BIGINT"
        case Flag():
            return "BOOLEAN"
        case Day() | Month():
            return "DATE"
    return "VARCHAR"


def quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def emit(term: Term) -> str:
    """A term as a DuckDB expression."""
    return EMIT[term.operation](term)


def _facts(lowering: Lowering, scope: Scope, relation: str) -> str:
    """The facts of one relation, with figures looked up beside them."""
    facts = lowering.facts[scope]
    columns = [f"r.{quoted(KEY)}"]
    for name, fact in facts.items():
        column = f"r.{quoted(name)}"
        if type_of(fact) == "BIGINT":
            column = f"CAST({column} AS BIGINT)"
        if fact.default is not None:
            column = f"COALESCE({column}, {_stored(fact)})"
        columns.append(f"{column} AS {quoted(name)}")
    joins = []
    for number, (keys, names) in enumerate(_look_ups(lowering, scope).items(), 1):
        table = f"figures_{number}"
        columns.extend(f"{table}.{quoted(name)}" for name in names)
        joins.append(_figures(lowering.month, table, keys, names))
    return "\n".join([f"SELECT {', '.join(columns)}", f"FROM {relation} AS r", *joins])


def _stored(fact: Fact) -> str:
    """A default as it is stored: money in fen."""
    if isinstance(fact, Money):
        return f"{int(Fraction(fact.default) * 100)}::BIGINT"  # type: ignore[arg-type]
    if isinstance(fact.default, bool):
        return str(fact.default).upper()
    return f"{fact.default}::BIGINT" if isinstance(fact, Whole) else literal(str(fact.default))


def _look_ups(lowering: Lowering, scope: Scope) -> dict[tuple[str, ...], list[str]]:
    """Parameters looked up in a scope, by the facts that are their keys."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, look_up in lowering.look_ups.items():
        if look_up.scope == scope:
            found.setdefault(_key_facts(look_up), []).append(name)
    return found


def _key_facts(look_up: ParameterValue) -> tuple[str, ...]:
    return tuple(key.name for key in look_up.keys if isinstance(key, FactValue))


def _figures(month: PolicyMonth, table: str, keys: tuple[str, ...], names: list[str]) -> str:
    """A join with the figures of the month; a key that is NULL finds none."""
    rows = []
    columns = {name: month.figures(name) for name in names}
    scales = {
        name: _scale(value.value for value in found.values()) for name, found in columns.items()
    }
    for key in next(iter(columns.values())):
        numbers = [f"{int(month.figure(name, key).value * scales[name])}::BIGINT" for name in names]
        rows.append(f"({', '.join([*map(literal, key), *numbers])})")
    matches = " AND ".join(f"{table}.{quoted(key)} = r.{quoted(key)}" for key in keys)
    header = ", ".join(map(quoted, (*keys, *names)))
    return f"LEFT JOIN (VALUES {', '.join(rows)}) AS {table}({header}) ON {matches}"


def _scale(values: Iterable[int | Fraction]) -> int:
    return lcm(*(value.denominator for value in values))


def _named(key: str) -> str:
    """A key for a message; without COALESCE an empty key would silence the error."""
    return f"COALESCE(CAST({key} AS VARCHAR), '（空）')"


def _layers(lowering: Lowering, scope: Scope, base: str) -> list[tuple[str, str]]:
    """The rules of a scope, each layer computed from the one before."""
    steps = []
    for number, rules in enumerate(lowering.in_scope(scope), 1):
        columns = [
            f"{emit(_term(lowering.rules[rule.name]))} AS {quoted(rule.name)}" for rule in rules
        ]
        name = f"{scope}_{number}"
        steps.append((name, f"SELECT *, {', '.join(columns)}\nFROM {base}"))
        base = name
    return steps


def _term(lowered: Lowered) -> Term:
    return lowered.term if isinstance(lowered, Number) else lowered


def _gathered(totals: list[Total], members: str) -> str:
    columns = [quoted(KEY), 'COUNT(*) AS "members"']
    for total in totals:
        assert total.inner is not None
        columns.append(f"{_gather(total.which, total.inner)} AS {quoted(total.name)}")
    return f"SELECT {', '.join(columns)}\nFROM {members}\nGROUP BY {quoted(KEY)}"


def _gather(which: str, inner: Term) -> str:
    value = emit(inner)
    known = f"COUNT({value}) = COUNT(*)"
    if which == "any":
        return f"CASE WHEN BOOL_OR({value}) THEN TRUE WHEN {known} THEN FALSE END"
    if which == "all":
        return f"CASE WHEN NOT BOOL_AND({value}) THEN FALSE WHEN {known} THEN TRUE END"
    gathered = f"SUM({value})" if which == "total" else f"COUNT(*) FILTER (WHERE {value})"
    whole = f"CASE WHEN {known} THEN {gathered} END" if inner.nullable else gathered
    return f"CAST({whole} AS BIGINT)"


def _complete(most_members: int) -> str:
    """Households with what their members add up to, refusing what does not belong together."""
    ours, theirs = f"h.{quoted(KEY)}", f"g.{quoted(KEY)}"
    ours_named, theirs_named = _named(ours), _named(theirs)
    return (
        "SELECT h.*, g.* EXCLUDE (" + quoted(KEY) + ")\n"
        f"FROM group_facts AS h FULL JOIN gathered AS g ON {ours} = {theirs}\n"
        f'WHERE CASE WHEN g."members" <= {most_members} AND {ours} IS NOT NULL THEN TRUE\n'
        f"  WHEN {theirs} IS NULL THEN error('家庭 ' || {ours_named} || ' 没有成员，请补录成员')\n"
        f"  WHEN {ours} IS NULL\n"
        f"    THEN error('成员表中的家庭 ' || {theirs_named} || ' 不在家庭表中')\n"
        f"  ELSE error('家庭 ' || {ours_named} || ' 的成员超过 {most_members} 名，请核对') END"
    )


def _result(lowering: Lowering, decision: Decision, source: str) -> str:
    deciding = (decision.conclusion, *decision.amounts)
    decided = [
        f"{quoted(name)} IS NOT NULL" for name in deciding if _term(lowering.rules[name]).nullable
    ]
    stands = " AND ".join(decided) or "TRUE"
    outcome = f"CASE WHEN {stands} THEN {quoted(decision.conclusion)}"
    columns = [
        quoted(KEY),
        f"{outcome} ELSE {literal(decision.review)} END AS conclusion",
        f"CAST({_as_whole(lowering, decision.size)} AS INTEGER) AS size",
    ]
    columns.extend(
        f"{emit(_fen(lowering, name, half_up=True))} AS {quoted(name + '_fen')}"
        for name in decision.shown
    )
    columns.extend(
        f"CASE WHEN {stands} THEN {emit(_fen(lowering, name, half_up=False))} END"
        f" AS {quoted(name + '_fen')}"
        for name in decision.amounts
    )
    return f"SELECT {', '.join(columns)}\nFROM {source}"


def _as_whole(lowering: Lowering, name: str) -> str:
    number = lowering.rules[name]
    assert isinstance(number, Number)
    assert number.scale == 1
    assert number.divisor is None
    return quoted(name)


def _fen(lowering: Lowering, name: str, *, half_up: bool) -> Term:
    """The column of a rule as whole fen."""
    lowered = lowering.rules[name]
    assert isinstance(lowered, Number)
    term = lowered.term
    result = Number(
        Term("column", (name,), term.low, term.high, term.nullable), lowered.scale, lowered.divisor
    )
    if half_up:
        result = lowering.rounded(result, Fraction(1, 100), "half_up")
    if result.divisor is not None or 100 % result.scale:
        raise DefinitionError(f"规则 {name} 的结果不是整分：请在规则里先取整。")
    return result.scaled(100 // result.scale)


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def _chosen(term: Term) -> str:
    condition, then, otherwise = term.parts
    sure, yes, no = emit(condition), emit(then), emit(otherwise)
    if not condition.nullable:
        return f"CASE WHEN {sure} THEN {yes} ELSE {no} END"
    return f"CASE WHEN {sure} THEN {yes} WHEN NOT {sure} THEN {no} WHEN {yes} = {no} THEN {yes} END"


def _extreme(term: Term) -> str:
    items = [emit(part) for part in term.parts]
    chosen = f"{'GREATEST' if term.operation == 'highest' else 'LEAST'}({', '.join(items)})"
    unknown = [f"{emit(part)} IS NULL" for part in term.parts if part.nullable]
    return f"CASE WHEN {' OR '.join(unknown)} THEN NULL ELSE {chosen} END" if unknown else chosen


def _highest_applying(term: Term) -> str:
    """With constant values a plain ladder from the highest down; otherwise bounds from both sides.

    An unknown rung above the answer makes it unknown, one below does not matter.
    """
    if all(value.operation == "whole" for _, value in term.parts):
        by_value: dict[int, list[Term]] = {}
        for condition, value in term.parts:
            if value.low > 0:
                by_value.setdefault(value.low, []).append(condition)
        ladder = []
        for value in sorted(by_value, reverse=True):
            applies = " OR ".join(emit(condition) for condition in by_value[value])
            ladder.append(f"WHEN {applies} THEN {value}::BIGINT")
            if any(condition.nullable for condition in by_value[value]):
                ladder.append(f"WHEN ({applies}) IS NULL THEN NULL")
        return f"CASE {' '.join(ladder)} ELSE 0::BIGINT END" if ladder else "0::BIGINT"
    sure, possible, lost = ["0::BIGINT"], ["0::BIGINT"], []
    for condition, value in term.parts:
        applies, amount = emit(condition), emit(value)
        sure.append(f"CASE WHEN {applies} THEN {amount} ELSE 0 END")
        possible.append(f"CASE WHEN ({applies}) IS NOT FALSE THEN {amount} ELSE 0 END")
        if value.nullable:
            lost.append(f"({applies}) IS NOT FALSE AND {amount} IS NULL")
    least, most = f"GREATEST({', '.join(sure)})", f"GREATEST({', '.join(possible)})"
    known = " AND ".join([f"{least} = {most}", *(f"NOT ({test})" for test in lost)])
    return f"CASE WHEN {known} THEN {least} END"


def _divided_up(term: Term) -> str:
    above, below = (emit(part) for part in term.parts)
    upward = f"(({above} + {below} - 1) // {below})"
    if term.parts[0].low >= 0:
        return upward
    return f"CASE WHEN {above} > 0 THEN {upward} ELSE -((-{above}) // {below}) END"


def _divided_down(term: Term) -> str:
    above, below = (emit(part) for part in term.parts)
    downward = f"({above} // {below})"
    if term.parts[0].low >= 0:
        return downward
    return f"CASE WHEN {above} >= 0 THEN {downward} ELSE -((-{above} + {below} - 1) // {below}) END"


def _age(term: Term) -> str:
    birth, first = emit(term.parts[0]), _day(term.parts[1])
    return f"CASE WHEN {birth} > {first} THEN 0 ELSE DATESUB('year', {birth}, {first}) END"


def _month_number(term: Term) -> str:
    day = emit(term.parts[0])
    return f"(CAST(YEAR({day}) AS BIGINT) * 12 + MONTH({day}) - 1)"


def _infix(sign: str) -> Callable[[Term], str]:
    return lambda term: f"({emit(term.parts[0])} {sign} {emit(term.parts[1])})"


def _compared(term: Term) -> str:
    sign, left, right = term.parts
    return f"({emit(left)} {({'==': '=', '!=': '<>'}).get(sign, sign)} {emit(right)})"


EMIT: Final[dict[str, Callable[[Term], str]]] = {
    "column": lambda term: quoted(term.parts[0]),
    "whole": lambda term: f"({term.parts[0]})::BIGINT",
    "text": lambda term: literal(term.parts[0]),
    "plus": _infix("+"),
    "minus": _infix("-"),
    "times": _infix("*"),
    "divided_up": lambda term: f"({_divided_up(term)})",
    "divided_down": lambda term: f"({_divided_down(term)})",
    "compared": _compared,
    "both": _infix("AND"),
    "either": _infix("OR"),
    "opposite": lambda term: f"(NOT {emit(term.parts[0])})",
    "given": lambda term: f"({emit(term.parts[0])} IS NOT NULL)",
    "given_or_unknown": lambda term: f"(CASE WHEN {emit(term.parts[0])} IS NOT NULL THEN TRUE END)",
    "born_by": lambda term: f"({emit(term.parts[0])} <= {_day(term.parts[1])})",
    "chosen": lambda term: f"({_chosen(term)})",
    "highest": lambda term: f"({_extreme(term)})",
    "lowest": lambda term: f"({_extreme(term)})",
    "highest_applying": lambda term: f"({_highest_applying(term)})",
    "age": lambda term: f"({_age(term)})",
    "month_number": _month_number,
}
