"""A book of rules: facts, parameters and rules of one benefit for a group and its members.

Rules are functions; calling `close` traces each once into an expression, in whatever order they
refer to each other, and refuses unknown names and circles with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from .errors import DefinitionError
from .expressions import (
    AllMembers,
    Constant,
    Expression,
    FactValue,
    Outer,
    ParameterValue,
    RuleValue,
    Scope,
    wrap,
)
from .facts import Choice, Fact
from .parameters import Parameter

PLACE: Final = re.compile(r"\{(\w+)\}")
LAST: Final = "last_"

Formula = TypeVar("Formula", bound=Callable[..., Expression])


@dataclass(frozen=True, slots=True)
class Entities:
    """What the group and its members are called, in tables and formulas and by people.

    `group` is the column that holds the group's number. With Entities("home", "resident",
    "residents", "机构", "老人") formulas may say `home.residents.fee` and `resident.home.county`
    besides `home.members.fee` and `resident.group.county`. `measure` is the word members are
    counted with in Chinese.
    """

    group: str = "household"
    member: str = "member"
    members: str = "members"
    group_label: str = "家庭"
    member_label: str = "成员"
    measure: str = "人"

    def label(self, scope: Scope) -> str:
        return self.group_label if scope == "group" else self.member_label


class Members(AllMembers):
    """`h.members`: what `count` counts; `h.members.wage` is each member's wage."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Expression:
        return self._book.refer("member", name)

    def last(self, rule: str) -> Expression:
        """What a rule gave for each member last month."""
        return self._book.refer_last("member", rule)


class GroupOfMember:
    """`p.group`: the group a member belongs to, its values as the member's rules use them."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Expression:
        return _outer(self._book.refer("group", name))

    def last(self, rule: str) -> Expression:
        return _outer(self._book.refer_last("group", rule))


class Group:
    """What a rule about the household receives."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    @property
    def members(self) -> Members:
        return Members(self._book)

    def last(self, rule: str) -> Expression:
        """What a rule gave last month: the fact declared with `last_month`."""
        return self._book.refer_last("group", rule)

    def __getattr__(self, name: str) -> Expression:
        if name == self._book.entities.members:
            members: Any = Members(self._book)
            return members  # type: ignore[no-any-return]
        return self._book.refer("group", name)


class Member:
    """What a rule about one person receives."""

    household: GroupOfMember

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    @property
    def group(self) -> GroupOfMember:
        return GroupOfMember(self._book)

    def last(self, rule: str) -> Expression:
        """What a rule gave for this member last month: the fact declared with `last_month`."""
        return self._book.refer_last("member", rule)

    def __getattr__(self, name: str) -> Expression:
        if name == self._book.entities.group:
            group: Any = GroupOfMember(self._book)
            return group  # type: ignore[no-any-return]
        return self._book.refer("member", name)


class Figures:
    """`figures.elderly_age`: the dated parameters by name."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> ParameterValue:
        parameter = self._book.parameters.get(name)
        if parameter is None:
            raise DefinitionError(
                f"没有参数 {name}；参数文件里有：{'、'.join(self._book.parameters) or '无'}。"
            )
        return ParameterValue(
            "number", parameter.unit, "", name, parameter.key_names, (), parameter.threshold_unit
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule, in force from `since` to `until`; None: without limit."""

    name: str
    scope: Scope
    label: str
    cite: str
    unmet: str
    expression: Expression
    place: str
    since: date | None = None
    until: date | None = None

    def in_force(self, day: date) -> bool:
        return _first(self.since) <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule as written, before it is traced."""

    name: str
    scope: Scope
    label: str
    cite: str
    unmet: str
    since: date | None
    until: date | None
    trace: Callable[[], Expression]
    function: str
    file: str
    line: int

    @property
    def place(self) -> str:
        return f"{_file_name(self.file)}:{self.line}"


class RuleBook:
    """Where a benefit's facts, figures and rules are declared.

    `most_members` bounds the size of a group; the overflow proof rests on it.
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: tuple[Parameter, ...] = (),
        most_members: int = 100,
        entities: Entities | None = None,
    ) -> None:
        self.name = name
        self.entities = entities or Entities()
        self.parameters = {parameter.name: parameter for parameter in parameters}
        self.most_members = most_members
        self.facts: dict[Scope, dict[str, Fact]] = {"group": {}, "member": {}}
        self.versions: dict[str, tuple[Rule, ...]] = {}
        self.figures = Figures(self)
        self._written: dict[str, list[_Written]] = {}
        self._tracing: list[str] = []
        self._last: list[tuple[Scope, str, Fact]] = []

    @property
    def rules(self) -> dict[str, Rule]:
        """The newest version of every rule; those of a month are at `PolicyMonth.rules`."""
        return {name: versions[-1] for name, versions in self.versions.items()}

    def group_facts(self, **facts: Fact) -> None:
        self._state("group", facts)

    def member_facts(self, **facts: Fact) -> None:
        self._state("member", facts)

    def last_month(self, **results: Fact) -> None:
        """Declares the facts that hold what rules gave last month.

        `last_month(amount=Money(…))` makes the fact `last_amount` of whatever the rule `amount`
        is about; a rule refers to it as `h.last("amount")`. Without a `default` it is unknown
        where there was no last month.
        """
        for rule, fact in results.items():
            scope = self._written[rule][0].scope if rule in self._written else "group"
            self._state(scope, {LAST + rule: fact})
            self._last.append((scope, rule, fact))

    def group(
        self,
        label: str,
        *,
        cite: str,
        unmet: str = "",
        since: str = "",
        until: str = "",
        replaces: str = "",
    ) -> Callable[[Formula], Formula]:
        """Declares a rule about the whole group.

        `unmet` is the reason shown when the condition does not hold; `{name}` in it stands for
        a fact, parameter or rule with its number. A later version of a rule has the same name (or
        names it in `replaces`) and the date it is in force from; it ends the version before.
        """

        def declare(formula: Formula) -> Formula:
            about = (label, cite, unmet, since, until, replaces)
            self._declare("group", about, formula, lambda: formula(Group(self)))
            return formula

        return declare

    def member(
        self, label: str, *, cite: str, since: str = "", until: str = "", replaces: str = ""
    ) -> Callable[[Formula], Formula]:
        """Declares a rule about each member; the dates are those of `group`."""

        def declare(formula: Formula) -> Formula:
            about = (label, cite, "", since, until, replaces)
            self._declare("member", about, formula, lambda: formula(Member(self)))
            return formula

        return declare

    def close(self) -> None:
        """Traces every rule. Afterwards `versions` holds them, each after those it refers to."""
        for name in self._written:
            self._traced(name)
        for scope, name, fact in self._last:
            self._check_last(scope, name, fact)
        for versions in self.versions.values():
            for rule in versions:
                self._check_reason(rule)

    def refer(self, scope: Scope, name: str) -> Expression:
        """The fact or rule a formula names."""
        fact = self.facts[scope].get(name)
        if fact is not None:
            choices = tuple(fact.choices) if isinstance(fact, Choice) else ()
            return FactValue(fact.kind, fact.unit, scope, name, choices)
        if name in self._written and self._written[name][0].scope == scope:
            result = self._traced(name)[0].expression
            return RuleValue(result.kind, result.unit, scope, name)
        whose = self.entities.label(scope)
        rules = [known for known, written in self._written.items() if written[0].scope == scope]
        raise DefinitionError(
            f"{whose}没有 {name} 这个情况或规则；有：{'、'.join((*self.facts[scope], *rules))}。"
        )

    def refer_last(self, scope: Scope, rule: str) -> Expression:
        if LAST + rule not in self.facts[scope]:
            raise DefinitionError(
                f"没有声明规则 {rule} 的上月结果：请写 book.last_month({rule}=Money(…))。"
            )
        return self.refer(scope, LAST + rule)

    def choice_labels(self) -> dict[str, str]:
        """What the codes of all choices mean."""
        return {
            code: label
            for facts in self.facts.values()
            for fact in facts.values()
            if isinstance(fact, Choice)
            for code, label in fact.choices.items()
        }

    def last_results(self) -> dict[str, str]:
        """The facts that hold last month's results, each with its rule."""
        return {LAST + name: name for _, name, _ in self._last}

    def _state(self, scope: Scope, facts: Mapping[str, Fact]) -> None:
        for name, fact in facts.items():
            if any(name in known for known in self.facts.values()):
                raise DefinitionError(f"情况 {name}（{fact.label}）声明了两次，请改名。")
            if name in (self.entities.group, self.entities.members, "members", "group", "last"):
                raise DefinitionError(f"情况 {name}（{fact.label}）与内部名称相同，请改名。")
            if fact.rare and fact.default is None:
                raise DefinitionError(
                    f"情况 {name}（{fact.label}）是少见的（rare），请写明 default 表示没有填写。"
                )
            self.facts[scope][name] = fact

    def _declare(
        self,
        scope: Scope,
        about: tuple[str, str, str, str, str, str],
        formula: Callable[..., Expression],
        trace: Callable[[], Expression],
    ) -> None:
        label, cite, unmet, since, until, replaces = about
        code = formula.__code__
        name = replaces or formula.__name__
        place = f"{_file_name(code.co_filename)}:{code.co_firstlineno}"
        written = _Written(
            name, scope, label, cite, unmet,
            _day(since, "since", place, name), _day(until, "until", place, name),
            trace, code.co_name, code.co_filename, code.co_firstlineno,
        )  # fmt: skip
        if not label.strip() or not cite.strip():
            raise DefinitionError(
                f"{place} 规则 {name} 缺少{'名称' if not label.strip() else '依据'}："
                "请写明中文名称和所依据的条款。"
            )
        if replaces and (replaces not in self._written or not since):
            raise DefinitionError(
                f"{place} 规则 {formula.__name__} 取代 {replaces}："
                "被取代的规则要写在前面，并写明 since。"
            )
        before = self._written.get(name, [])
        if name in (*self.facts["group"], *self.facts["member"], *self.parameters) or (
            before and not since
        ):
            raise DefinitionError(
                f"{place} 名字 {name} 已经用过，请给规则改名；如果是新的版本，请写 since。"
            )
        if before and before[0].scope != scope:
            raise DefinitionError(
                f"{place} 规则 {name} 的两个版本说的不是同一类对象，请给规则改名。"
            )
        self._written[name] = sorted([*before, written], key=lambda version: _first(version.since))

    def _traced(self, name: str) -> tuple[Rule, ...]:
        """All versions of a rule, the oldest first."""
        if name in self.versions:
            return self.versions[name]
        if name in self._tracing:
            circle = " → ".join((*self._tracing[self._tracing.index(name) :], name))
            raise DefinitionError(f"规则循环引用：{circle}。请拆开其中一条。")
        self._tracing.append(name)
        try:
            written = self._written[name]
            rules: list[Rule] = []
            for version, later in zip(written, [*written[1:], None], strict=True):
                rules.append(self._trace(version, later, rules[0] if rules else None))
        finally:
            self._tracing.pop()
        self.versions[name] = tuple(rules)
        return self.versions[name]

    def _trace(self, written: _Written, later: _Written | None, first: Rule | None) -> Rule:
        until = written.until
        if later is not None:
            ends = _first(later.since) - timedelta(days=1)
            if ends < _first(written.since) or (until is not None and until > ends):
                raise DefinitionError(
                    f"{later.place} 规则 {written.name} 的两个版本时间重叠：请核对 since 和 until。"
                )
            until = until or ends
        try:
            expression = wrap(written.trace())
            if isinstance(expression, Constant):
                raise DefinitionError("规则只是一个常数：请把它列为参数。")
            if expression.scope not in ("", written.scope):
                raise DefinitionError(
                    "规则的结果属于别的对象：请用 total、count 等先合成全家的值。"
                )
            if first is not None and not _same(expression, first.expression):
                raise DefinitionError("新版本的结果与旧版本不是一类或单位不同：请给规则改名。")
        except DefinitionError as error:
            raise _located(error, written) from error
        return Rule(
            written.name, written.scope, written.label, written.cite, written.unmet,
            expression, written.place, written.since, until,
        )  # fmt: skip

    def _check_last(self, scope: Scope, name: str, fact: Fact) -> None:
        if name not in self.versions or self.versions[name][0].scope != scope:
            raise DefinitionError(
                f"last_month 提到 {name}，但没有这条规则；成员的规则要写在 last_month 之前。"
            )
        result = self.versions[name][0]
        if (fact.kind, fact.unit) != (result.expression.kind, result.expression.unit):
            raise DefinitionError(
                f"{result.place} 规则 {name} 的结果与声明的上月结果不是一类或单位不同。"
            )

    def _check_reason(self, rule: Rule) -> None:
        for place in PLACE.findall(rule.unmet):
            rules = [name for name, known in self.versions.items() if known[0].scope == "group"]
            figures = [name for name, figure in self.parameters.items() if figure.is_single]
            if place not in (*self.facts["group"], *rules, *figures):
                raise DefinitionError(
                    f"{rule.place} 规则 {rule.name} 的 unmet 提到 {place}，"
                    "但没有这个情况、规则或参数。"
                )


def _outer(inner: Expression) -> Expression:
    return Outer(inner.kind, inner.unit, "member", inner)


def _first(since: date | None) -> date:
    return since or date.min


def _same(one: Expression, two: Expression) -> bool:
    """Whether two versions give the same kind of result; a bare 0 has no unit of its own."""
    units = {unit for unit in (one.unit, two.unit) if unit is not None}
    return one.kind == two.kind and len(units) < 2


def _day(text: str, field: str, place: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DefinitionError(
            f"{place} 规则 {name} 的 {field}“{text}”不是日期：请写成 2021-07-01。"
        ) from None


def _located(error: DefinitionError, written: _Written) -> DefinitionError:
    """The same error with the file and the very line of the formula that caused it."""
    if getattr(error, "located", False):
        return error
    line = written.line
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if (code.co_filename, code.co_name) == (written.file, written.function):
            line = step.tb_lineno
        step = step.tb_next
    located = DefinitionError(f"{_file_name(written.file)}:{line} 规则 {written.name}：{error}")
    located.located = True  # type: ignore[attr-defined]
    return located


def _file_name(path: str) -> str:
    from pathlib import Path  # whoever only imports the engine does without

    return Path(path).name
