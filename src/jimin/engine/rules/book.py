"""A book of rules: facts, parameters and rules of one benefit for a group and its members.

Rules are functions; calling `close` traces each once into an expression, in whatever order they
refer to each other, and refuses unknown names and circles with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import DefinitionError
from .expressions import (
    AllMembers,
    Constant,
    Expression,
    FactValue,
    ParameterValue,
    RuleValue,
    Scope,
    wrap,
)
from .facts import Choice, Fact
from .parameters import Parameter

PLACE: Final = re.compile(r"\{(\w+)\}")


class Members(AllMembers):
    """`h.members`: what `count` counts; `h.members.wage` is each member's wage."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Expression:
        return self._book.refer("member", name)


class Group:
    """What a rule about the household receives."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    @property
    def members(self) -> Members:
        return Members(self._book)

    def __getattr__(self, name: str) -> Expression:
        return self._book.refer("group", name)


class Member:
    """What a rule about one person receives."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Expression:
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
        return ParameterValue("number", parameter.unit, "", name, parameter.key_names)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    scope: Scope
    label: str
    cite: str
    unmet: str
    expression: Expression
    place: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule as written, before it is traced."""

    scope: Scope
    label: str
    cite: str
    unmet: str
    trace: Callable[[], Expression]
    file: str
    line: int

    @property
    def place(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


class RuleBook:
    """Where a benefit's facts, figures and rules are declared.

    `most_members` bounds the size of a group; the overflow proof rests on it.
    """

    def __init__(
        self, name: str, *, parameters: tuple[Parameter, ...] = (), most_members: int = 100
    ) -> None:
        self.name = name
        self.parameters = {parameter.name: parameter for parameter in parameters}
        self.most_members = most_members
        self.facts: dict[Scope, dict[str, Fact]] = {"group": {}, "member": {}}
        self.rules: dict[str, Rule] = {}
        self.figures = Figures(self)
        self._written: dict[str, _Written] = {}
        self._tracing: list[str] = []

    def group_facts(self, **facts: Fact) -> None:
        self._state("group", facts)

    def member_facts(self, **facts: Fact) -> None:
        self._state("member", facts)

    def group(
        self, label: str, *, cite: str, unmet: str = ""
    ) -> Callable[[Callable[[Group], Expression]], Callable[[Group], Expression]]:
        """Declares a rule about the whole group.

        `unmet` is the reason shown when the condition does not hold; `{name}` in it stands for
        a fact, parameter or rule with its number.
        """

        def declare(formula: Callable[[Group], Expression]) -> Callable[[Group], Expression]:
            self._declare("group", label, cite, unmet, formula, lambda: formula(Group(self)))
            return formula

        return declare

    def member(
        self, label: str, *, cite: str
    ) -> Callable[[Callable[[Member], Expression]], Callable[[Member], Expression]]:
        """Declares a rule about each member."""

        def declare(formula: Callable[[Member], Expression]) -> Callable[[Member], Expression]:
            self._declare("member", label, cite, "", formula, lambda: formula(Member(self)))
            return formula

        return declare

    def close(self) -> None:
        """Traces every rule. Afterwards `rules` holds them, each after those it refers to."""
        for name in self._written:
            self._rule(name)
        for rule in self.rules.values():
            for place in PLACE.findall(rule.unmet):
                rules = [name for name, other in self.rules.items() if other.scope == "group"]
                figures = [name for name, figure in self.parameters.items() if not figure.key_names]
                known = (*self.facts["group"], *rules, *figures)
                if place not in known:
                    raise DefinitionError(
                        f"{rule.place} 规则 {rule.name} 的 unmet 提到 {place}，"
                        "但没有这个情况、规则或参数。"
                    )

    def refer(self, scope: Scope, name: str) -> Expression:
        """The fact or rule a formula names."""
        fact = self.facts[scope].get(name)
        if fact is not None:
            choices = tuple(fact.choices) if isinstance(fact, Choice) else ()
            return FactValue(fact.kind, fact.unit, scope, name, choices)
        if name in self._written and self._written[name].scope == scope:
            result = self._rule(name).expression
            return RuleValue(result.kind, result.unit, scope, name)
        whose = "全家" if scope == "group" else "成员"
        rules = [known for known, written in self._written.items() if written.scope == scope]
        raise DefinitionError(
            f"{whose}没有 {name} 这个情况或规则；有：{'、'.join((*self.facts[scope], *rules))}。"
        )

    def _state(self, scope: Scope, facts: Mapping[str, Fact]) -> None:
        for name, fact in facts.items():
            if any(name in known for known in self.facts.values()):
                raise DefinitionError(f"情况 {name}（{fact.label}）声明了两次，请改名。")
            self.facts[scope][name] = fact

    def _declare(
        self,
        scope: Scope,
        label: str,
        cite: str,
        unmet: str,
        formula: Callable[..., Expression],
        trace: Callable[[], Expression],
    ) -> None:
        code = formula.__code__
        name = formula.__name__
        written = _Written(scope, label, cite, unmet, trace, code.co_filename, code.co_firstlineno)
        if not label.strip() or not cite.strip():
            raise DefinitionError(
                f"{written.place} 规则 {name} 缺少{'名称' if not label.strip() else '依据'}："
                "请写明中文名称和所依据的条款。"
            )
        taken = (*self.facts["group"], *self.facts["member"], *self._written, *self.parameters)
        if name in taken:
            raise DefinitionError(f"{written.place} 名字 {name} 已经用过，请给规则改名。")
        self._written[name] = written

    def _rule(self, name: str) -> Rule:
        if name in self.rules:
            return self.rules[name]
        written = self._written[name]
        if name in self._tracing:
            circle = " → ".join((*self._tracing[self._tracing.index(name) :], name))
            raise DefinitionError(f"规则循环引用：{circle}。请拆开其中一条。")
        self._tracing.append(name)
        try:
            expression = wrap(written.trace())
            if isinstance(expression, Constant):
                raise DefinitionError("规则只是一个常数：请把它列为参数。")
            if expression.scope not in ("", written.scope):
                raise DefinitionError(
                    "规则的结果属于别的对象：请用 total、count 等先合成全家的值。"
                )
        except DefinitionError as error:
            raise _located(error, name, written) from error
        finally:
            self._tracing.pop()
        rule = Rule(
            name, written.scope, written.label, written.cite, written.unmet,
            expression, written.place,
        )  # fmt: skip
        self.rules[name] = rule
        return rule


def _located(error: DefinitionError, name: str, written: _Written) -> DefinitionError:
    """The same error with the file and the very line of the formula that caused it."""
    if getattr(error, "located", False):
        return error
    line = written.line
    step = error.__traceback__
    while step is not None:
        if (
            step.tb_frame.f_code.co_filename == written.file
            and step.tb_frame.f_code.co_name == name
        ):
            line = step.tb_lineno
        step = step.tb_next
    located = DefinitionError(f"{Path(written.file).name}:{line} 规则 {name}：{error}")
    located.located = True  # type: ignore[attr-defined]
    return located
