"""One SQL statement for a whole city.

Facts of groups and of members are read, computed in steps, gathered from the members to their
groups and, where a member's rule needs its group, handed down again. What several formulas share
is a column of an earlier step, so the statement grows no faster than the rules.
"""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from . import integers
from .decision import Decision
from .dialects import DUCKDB, Dialect
from .emit import ATOMS, Emitter, gather, uses
from .errors import DefinitionError
from .expressions import Scope
from .facts import Day, Fact, Flag, Money, Month, Whole
from .integers import Term, inner_terms
from .lowering import Lowered, Lowering, Number, look_up_rows, rounded_term
from .policy import PolicyMonth

DEEPEST: Final = 24
"""How deeply a formula may be nested before its parts get columns of their own."""


def statement(
    month: PolicyMonth,
    decision: Decision,
    groups: str,
    members: str,
    *,
    dialect: Dialect = DUCKDB,
    trace: tuple[str, ...] = (),
) -> str:
    """The SELECT that assesses every group of two relations.

    Groups without members and members without a group raise an error that names the group. The
    caller has checked that every value is within its declared range. `trace` names rules about the
    group to be shown exactly: a truth or code as it is, a number as numerator and denominator.
    """
    lowering = lowered_rules(month, decision, trace)
    results = result_terms(lowering, decision, trace)
    plan = Plan(lowering, [term for _, term in results], dialect)
    steps = plan.steps({"group": groups, "member": members})
    body = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in steps)
    return f"WITH {body}\n{_select(plan, decision, results)}\nFROM {steps[-1][0]}"


def lowered_rules(month: PolicyMonth, decision: Decision, trace: tuple[str, ...] = ()) -> Lowering:
    lowering = Lowering(month)
    for name in (
        decision.conclusion, decision.size, *decision.shown, *decision.amounts, *trace
    ):  # fmt: skip
        lowering.add(name)
    return lowering


def needed_columns(
    month: PolicyMonth, decision: Decision, trace: tuple[str, ...] = ()
) -> dict[Scope, dict[str, str]]:
    """The columns the two relations must have, with their types."""
    lowering = lowered_rules(month, decision, trace)
    return {
        scope: {name: type_of(fact) for name, fact in facts.items()}
        for scope, facts in lowering.facts.items()
    }


def traceable(month: PolicyMonth, decision: Decision) -> tuple[str, ...]:
    """The rules about the group that a decision rests on and that can be shown beside it."""
    rules, taken = month.rules, decision.columns()
    return tuple(
        name
        for name in lowered_rules(month, decision).rules
        if rules[name].scope == "group"
        and rules[name].expression.kind in ("number", "truth", "code")
        and name not in taken
    )


def trace_columns(month: PolicyMonth, rule: str) -> tuple[str, ...]:
    """The columns in which a rule is shown."""
    if month.rule(rule).expression.kind == "number":
        return (f"{rule}_numerator", f"{rule}_denominator")
    return (rule,)


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
    return DUCKDB.quoted(name)


def literal(value: str) -> str:
    return DUCKDB.literal(value)


@dataclass(slots=True)
class Plan:
    """Which terms get columns, and in which step each is computed.

    A round begins with what was gathered from the members; within a round, a step uses the columns
    of the steps before.
    """

    lowering: Lowering
    results: list[Term]
    dialect: Dialect = DUCKDB
    emitter: Emitter = field(init=False)
    scope: dict[Term, Scope] = field(default_factory=dict)
    round: dict[Term, int] = field(default_factory=dict)
    step: dict[Term, int] = field(default_factory=dict)
    named: dict[Term, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.emitter = Emitter(self.dialect)
        order = in_order(self.results)
        self._name(order)
        for term in order:
            self._place(term)

    def _name(self, order: list[Term]) -> None:
        """Names what is used twice, what is looked up or crosses between group and member."""
        used: dict[Term, int] = {}
        depth: dict[Term, int] = {}
        apart = {"gathered", "members", "outer", "look_up"}
        forced = {term for term in order if term.operation in apart}
        fixed: set[Term] = set()
        for term in order:
            for part, times in uses(term):
                used[part] = used.get(part, 0) + times
                if term.operation in ("outer", "look_up"):
                    forced.add(part)
        labels = {_term(lowered): name for name, lowered in reversed(self.lowering.rules.items())}
        for term in order:
            parts = inner_terms(term)
            is_fixed = bool(parts) and all(part in fixed for part in parts)
            if term.operation in ("whole", "text", "day") or (
                is_fixed and term.operation not in apart
            ):
                # The same for every row: it belongs to no step. Not so its sum over the members.
                fixed.add(term)
            elif term.operation not in ATOMS:
                depth[term] = 1 + max((depth.get(part, 0) for part in parts), default=0)
                wanted = term in labels or term in forced or used.get(term, 0) > 1
                if wanted or depth[term] > DEEPEST:
                    self.named[term] = labels.get(term, f"#{len(self.named)}")
                    depth[term] = 0

    def _place(self, term: Term) -> None:
        parts = inner_terms(term)
        round_ = max((self.round[part] for part in parts), default=0)
        match term.operation:
            case "column":
                self.scope[term] = term.parts[1]
            case "members":
                self.scope[term], round_ = "group", 1
            case "gathered":
                self.scope[term], round_ = "group", round_ + 1
            case "outer":
                self.scope[term] = "member"
            case _:
                found: set[Scope] = {self.scope[part] for part in parts if self.scope[part]}
                assert len(found) <= 1
                self.scope[term] = found.pop() if found else ""
        self.round[term] = round_
        if term.operation in ("members", "gathered", "outer"):
            self.step[term] = 0
        else:
            before = [self.step[part] for part in parts if self.round[part] == round_]
            self.step[term] = max(before, default=0) + (term in self.named)

    def steps(self, sources: Mapping[Scope, str]) -> list[tuple[str, str]]:
        """The common table expressions, in order."""
        steps: list[tuple[str, str]] = []
        relation: dict[Scope, str] = {}

        def add(scope: Scope, name: str, query: str) -> None:
            steps.append((name, query))
            relation[scope] = name

        last = max(self.round.values(), default=0)
        for round_ in range(last + 1):
            for scope in ("group", "member"):
                if round_ == 0:
                    add(scope, f"{scope}_facts", self._facts(scope, sources[scope]))
                elif scope == "group":
                    query = self._joined(relation["group"], f"gathered_{round_}", round_)
                    add("group", f"group_with_{round_}", query)
                outers = self._of("outer", round_)
                if scope == "member" and outers:
                    query = self._handed_down(relation, outers)
                    add("member", f"member_with_{round_}", query)
                for number, terms in self._computed(scope, round_).items():
                    query = self._step(relation[scope], terms)
                    add(scope, f"{scope}_{round_}_{number}", query)
            gathered = [*self._of("members", round_ + 1), *self._of("gathered", round_ + 1)]
            if gathered:
                query = self._gathered(relation["member"], gathered)
                steps.append((f"gathered_{round_ + 1}", query))
        return steps

    def _of(self, operation: str, round_: int) -> list[Term]:
        return [
            term
            for term in self.named
            if term.operation == operation and self.round[term] == round_
        ]

    def _computed(self, scope: Scope, round_: int) -> dict[int, list[Term]]:
        """The columns computed in a round, by step."""
        found: dict[int, list[Term]] = {}
        for term in self.named:
            place = (self.scope[term], self.round[term])
            if self.step[term] and place == (scope, round_):
                found.setdefault(self.step[term], []).append(term)
        return dict(sorted(found.items()))

    def _facts(self, scope: Scope, relation: str) -> str:
        key = self.quoted(self.key)
        columns = [f"r.{key} AS {key}"]
        for name, fact in self.lowering.facts[scope].items():
            column = f"r.{self.quoted(name)}"
            if type_of(fact) == "BIGINT":
                column = f"CAST({column} AS BIGINT)"
            if fact.default is not None:
                column = f"COALESCE({column}, {self._stored(fact)})"
            columns.append(f"{column} AS {self.quoted(name)}")
        return f"SELECT {', '.join(columns)}\nFROM {relation} AS r"

    def _stored(self, fact: Fact) -> str:
        """A default as it is stored: money in fen."""
        if isinstance(fact, Money):
            return self.dialect.whole(int(Fraction(fact.default) * 100))  # type: ignore[arg-type]
        if isinstance(fact.default, bool):
            return str(fact.default).upper()
        if isinstance(fact, Whole):
            return self.dialect.whole(int(fact.default))  # type: ignore[arg-type]
        if isinstance(fact, Day):
            return f"DATE '{fact.default}'"
        if isinstance(fact, Month):
            number = int(fact.default)  # type: ignore[arg-type]
            return f"DATE '{number // 12:04d}-{number % 12 + 1:02d}-01'"
        return self.dialect.literal(str(fact.default))

    def _step(self, relation: str, terms: list[Term]) -> str:
        """The columns of one step beside those before."""
        columns, joins = [], []
        tables: dict[tuple[Term, ...], list[Term]] = {}
        for term in terms:
            if term.operation == "look_up":
                tables.setdefault(term.parts[3:], []).append(term)
            else:
                columns.append(f"{self.emitter.formula(term)} AS {self.quoted(self.named[term])}")
        for number, (keys, found) in enumerate(tables.items(), 1):
            table = f"figures_{number}"
            columns.extend(self._found(table, keys, term) for term in found)
            joins.append(self._figures(table, keys, found))
        self.emitter.names.update({term: self.named[term] for term in terms})
        return "\n".join([f"SELECT s.*, {', '.join(columns)}", f"FROM {relation} AS s", *joins])

    def _figures(self, table: str, keys: tuple[Term, ...], terms: list[Term]) -> str:
        """A join with the figures of the month; a key that is NULL finds none."""
        columns = [look_up_rows(self.lowering.month, *term.parts[:2]) for term in terms]
        rows = [
            ", ".join([
                *(self._key(term, part) for term, part in zip(keys, key, strict=True)),
                *(self.dialect.whole(column[key]) for column in columns),
            ])
            for key in columns[0]
        ]  # fmt: skip
        names = [f"#key_{place}" for place in range(len(keys))]
        matches = " AND ".join(
            f"{table}.{self.quoted(name)} = {self.emitter.text(key)}"
            for name, key in zip(names, keys, strict=True)
        )
        header = ", ".join(self.quoted(name) for name in (*names, *map(self.named.get, terms)))
        values = ", ".join(f"({row})" for row in rows)
        return f"LEFT JOIN (SELECT * FROM (VALUES {values}) AS v({header})) AS {table} ON {matches}"

    def _found(self, table: str, keys: tuple[Term, ...], term: Term) -> str:
        """What a look-up found; where a figure may be lacking, known keys must have one."""
        name = self.quoted(self.named[term])
        if term.parts[2]:
            return f"{table}.{name}"
        lacking = [f"{self.emitter.text(key)} IS NOT NULL" for key in keys]
        lacking.append(f"{table}.{self.quoted('#key_0')} IS NULL")
        month, literal = self.lowering.month, self.dialect.literal
        parameter = month.book.parameters[term.parts[0]]
        named = f" || {literal('、')} || ".join(
            f"CAST({self.emitter.text(key)} AS {self.text_type})" for key in keys
        )
        before = literal(f"参数“{parameter.label}”（{parameter.name}）没有 {month.text} ")
        error = self.dialect.refusal(f"{before} || {named} || {literal(' 的数值，请补上')}")
        return (
            f"CASE WHEN {' AND '.join(lacking)} THEN CAST({error} AS BIGINT)"
            f" ELSE {table}.{name} END AS {name}"
        )

    @property
    def text_type(self) -> str:
        return "STRING" if self.dialect.name == "spark" else "VARCHAR"

    def _key(self, term: Term, part: str) -> str:
        """A key as it is stored: a number where the fact is a grade."""
        is_grade = term.low != 0 or term.high != 0
        return self.dialect.whole(int(part)) if is_grade else self.dialect.literal(part)

    def _gathered(self, members: str, terms: list[Term]) -> str:
        key = self.quoted(self.key)
        columns = [key]
        for term in terms:
            text = "COUNT(*)"
            if term.operation == "gathered":
                text = gather(self.emitter, term)
            columns.append(f"{text} AS {self.quoted(self.named[term])}")
        return f"SELECT {', '.join(columns)}\nFROM {members}\nGROUP BY {key}"

    def _joined(self, groups: str, gathered: str, round_: int) -> str:
        """Groups with what was gathered from their members.

        The first time whatever does not belong together is refused.
        """
        terms = [*self._of("members", round_), *self._of("gathered", round_)]
        columns = ", ".join(f"g.{self.quoted(self.named[term])}" for term in terms)
        ours, theirs = f"h.{self.quoted(self.key)}", f"g.{self.quoted(self.key)}"
        self.emitter.names.update({term: self.named[term] for term in terms})
        how = "FULL" if round_ == 1 else "LEFT"
        query = f"SELECT h.*, {columns}\nFROM {groups} AS h {how} JOIN {gathered} AS g"
        query = f"{query} ON {ours} = {theirs}"
        return f"{query}\nWHERE {self._belongs(ours, theirs)}" if round_ == 1 else query

    def _belongs(self, ours: str, theirs: str) -> str:
        month, entities = self.lowering.month, self.lowering.month.book.entities
        group, member, most = entities.group_label, entities.member_label, month.book.most_members
        count = integers.term("members", (), 1, most, nullable=False)
        size = f"g.{self.quoted(self.named[count])}"
        return (
            f"CASE WHEN {size} <= {most} AND {ours} IS NOT NULL THEN TRUE\n"
            f"  WHEN {theirs} IS NULL\n"
            f"    THEN {self._refusal(group, ours, f'没有{member}，请补录{member}')}\n"
            f"  WHEN {ours} IS NULL\n"
            f"    THEN {self._refusal(f'{member}表中的{group}', theirs, f'不在{group}表中')}\n"
            f"  ELSE {self._refusal(group, ours, f'的{member}超过 {most} 名，请核对')} END"
        )

    def _refusal(self, before: str, key: str, after: str) -> str:
        """Without COALESCE an empty key would silence the error."""
        literal = self.dialect.literal
        named = f"COALESCE(CAST({key} AS {self.text_type}), {literal('（空）')})"
        return self.dialect.refusal(f"{literal(before + ' ')} || {named} || {literal(' ' + after)}")

    def _handed_down(self, relation: Mapping[Scope, str], outers: list[Term]) -> str:
        """Members with the values of their groups that their rules need."""
        columns = ", ".join(
            f"{self.emitter.text(term.parts[0])} AS {self.quoted(self.named[term])}"
            for term in outers
        )
        self.emitter.names.update({term: self.named[term] for term in outers})
        key = self.quoted(self.key)
        wanted = f"(SELECT {key} AS {self.quoted('#group')}, {columns} FROM {relation['group']})"
        names = ", ".join(f"g.{self.quoted(self.named[term])}" for term in outers)
        return (
            f"SELECT m.*, {names}\nFROM {relation['member']} AS m\n"
            f"LEFT JOIN {wanted} AS g ON m.{key} = g.{self.quoted('#group')}"
        )

    @property
    def key(self) -> str:
        return self.lowering.month.book.entities.group

    def quoted(self, name: str | None) -> str:
        assert name is not None
        return self.dialect.quoted(name)


def in_order(roots: Iterable[Term]) -> list[Term]:
    """All terms, each after those it is made of."""
    order: dict[Term, None] = {}
    waiting = [(term, False) for term in roots][::-1]
    while waiting:
        term, is_done = waiting.pop()
        if term in order:
            continue
        if is_done:
            order[term] = None
            continue
        waiting.append((term, True))
        waiting.extend((part, False) for part in reversed(inner_terms(term)))
    return list(order)


def _term(lowered: Lowered) -> Term:
    return lowered.term if isinstance(lowered, Number) else lowered


def result_terms(
    lowering: Lowering, decision: Decision, trace: tuple[str, ...] = ()
) -> list[tuple[str, Term]]:
    """The terms of the result's columns, those of amounts before it is known that all stand."""
    results = [
        ("conclusion", _term(lowering.rules[decision.conclusion])),
        ("size", _whole_number(lowering, decision.size)),
    ]
    results.extend((f"{name}_fen", _fen(lowering, name, half_up=True)) for name in decision.shown)
    results.extend(
        (f"{name}_fen", _fen(lowering, name, half_up=False)) for name in decision.amounts
    )
    for name in trace:
        lowered = lowering.rules[name]
        if isinstance(lowered, Term):
            results.append((name, lowered))
        else:
            below = integers.whole(lowered.scale)
            if lowered.divisor is not None:
                below = integers.times(below, lowered.divisor)
            results += [(f"{name}_numerator", lowered.term), (f"{name}_denominator", below)]
    return results


def _select(plan: Plan, decision: Decision, results: list[tuple[str, Term]]) -> str:
    """The last step: a conclusion and its amounts stand together or not at all."""
    rules, emitter = plan.lowering.rules, plan.emitter
    deciding = [_term(rules[name]) for name in (decision.conclusion, *decision.amounts)]
    decided = [f"{emitter.text(term)} IS NOT NULL" for term in deciding if term.nullable]
    stands = " AND ".join(dict.fromkeys(decided)) or "TRUE"
    amounts = {f"{name}_fen" for name in decision.amounts}
    columns = [plan.quoted(plan.key)]
    for name, term in results:
        text = emitter.text(term)
        if name == "conclusion":
            review = plan.dialect.literal(decision.review)
            text = f"CASE WHEN {stands} THEN {text} ELSE {review} END"
        elif name == "size":
            text = f"CAST({text} AS INTEGER)"
        elif name in amounts:
            text = f"CASE WHEN {stands} THEN {text} END"
        elif term.is_wide and plan.dialect is DUCKDB:
            # DuckDB would write a HUGEINT to Parquet as a float.
            text = f"CAST({text} AS DECIMAL(38,0))"
        columns.append(f"{text} AS {plan.quoted(name)}")
    return f"SELECT {', '.join(columns)}"


def _whole_number(lowering: Lowering, name: str) -> Term:
    number = lowering.rules[name]
    assert isinstance(number, Number)
    assert number.scale == 1
    assert number.divisor is None
    return number.term


def _fen(lowering: Lowering, name: str, *, half_up: bool) -> Term:
    """The result of a rule as whole fen."""
    number = lowering.rules[name]
    assert isinstance(number, Number)
    if half_up:
        number = rounded_term(number, Fraction(1, 100), "half_up")
    if number.divisor is not None or 100 % number.scale:
        raise DefinitionError(f"规则 {name} 的结果不是整分：请在规则里先取整。")
    fen = number.scaled(100 // number.scale)
    if fen.is_wide:
        raise DefinitionError(
            f"规则 {name} 的结果可能达到 {max(abs(fen.low), abs(fen.high)):.1e} 分，"
            "超出 64 位整数：请缩小情况的允许范围。"
        )
    return fen
