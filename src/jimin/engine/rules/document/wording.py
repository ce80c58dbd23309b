"""A formula in words, without the numbers of any case: what a policy officer reads.

A short formula is one line. Conditions, branches and choices between several amounts become lists,
so that nothing has to be read through more than one pair of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from ..book import RuleBook
from ..expressions import (
    Age,
    Aggregate,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Extreme,
    FactValue,
    HighestApplying,
    IsGiven,
    Logic,
    MemberExtreme,
    Monthly,
    MonthOf,
    MonthsSince,
    Not,
    Outer,
    ParameterValue,
    Rounded,
    RuleValue,
    Scope,
    Stepwise,
    When,
)
from ..language import Language
from ..walk import walk
from ..words import STEPS, plain

NUMBERS: Final = {
    "<": "{left}低于{right}", "<=": "{left}不超过{right}", ">": "{left}超过{right}",
    ">=": "{left}达到或超过{right}", "==": "{left}等于{right}", "!=": "{left}不等于{right}",
}  # fmt: skip
TIMES: Final = {
    "<": "{left}早于{right}", "<=": "{left}不晚于{right}", ">": "{left}晚于{right}",
    ">=": "{left}不早于{right}", "==": "{left}是{right}", "!=": "{left}不是{right}",
}  # fmt: skip
ROUNDINGS: Final = {
    "up": ("{number}，向上取整到{step}", "下面的结果向上取整到{step}："),
    "half_up": ("{number}，四舍五入到{step}", "下面的结果四舍五入到{step}："),
    "down": ("{number}，向下取整到{step}", "下面的结果向下取整到{step}："),
}
OF_MEMBERS: Final = {
    "total": ("全体{member}的{inner}合计", "符合“{where}”的{member}的{inner}合计"),
    "count": (
        "符合“{inner}”的{member}{measure}数",
        "在符合“{where}”的{member}中，符合“{inner}”的{measure}数",
    ),
    "any": (
        "至少有一名{member}符合“{inner}”",
        "在符合“{where}”的{member}中，至少有一名符合“{inner}”",
    ),
    "highest": (
        "全体{member}的{inner}中最大的",
        "符合“{where}”的{member}的{inner}中最大的，没有这样的{member}为{otherwise}",
    ),
    "lowest": (
        "全体{member}的{inner}中最小的",
        "符合“{where}”的{member}的{inner}中最小的，没有这样的{member}为{otherwise}",
    ),
    "all": ("每一名{member}都符合“{inner}”", "在符合“{where}”的{member}中，每一名都符合“{inner}”"),
}  # fmt: skip
PLACE: Final = re.compile(r"\{(\w+)\}")
BESIDE_SIGNS: Final = re.compile(r"(?<=[（“：，；、(]) +| +(?=[）”：，；、。),;:.])|(?<= ) +")


@dataclass(frozen=True, slots=True)
class Reference:
    """A rule, fact or parameter named in a text, to be linked to where it is described."""

    kind: Literal["rule", "fact", "parameter"]
    scope: Scope
    name: str
    label: str


Piece: TypeAlias = "str | Reference"
Pieces: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A line, and the list that belongs under it. Without a line the list stands alone."""

    line: Pieces
    items: tuple[Said, ...] = ()

    def text(self, sign: str = "；") -> str:
        """The words without links, a list as clauses with a sign between."""
        line = "".join(piece if isinstance(piece, str) else piece.label for piece in self.line)
        return line + sign.join(item.text(sign) for item in self.items)


class Wording:
    def __init__(self, book: RuleBook, language: Language) -> None:
        self.book = book
        self.language = language
        self.codes = book.choice_labels()
        self.member = language.text(book.entities.member_label)
        self.measure = language.text(book.entities.measure)

    def said(self, expression: Expression) -> Said:
        """A whole formula, with lists where it is longer than a line."""
        match expression:
            case Logic() if _is_long(conditions(expression)):
                head = (
                    "同时满足下列各项：" if expression.operator == "and" else "满足下列任意一项："
                )
                parts = conditions(expression)
                return Said(self._pieces(head), tuple(self.said(part) for part in parts))
            case When():
                return Said((), tuple(self._branches(expression)))
            case HighestApplying():
                head = "取下列各项中适用的最高一项，都不适用的为 0："
                return Said(
                    self._pieces(head),
                    tuple(
                        self._under("{condition}：", number, condition=self.inline(condition))
                        for condition, number in expression.branches
                    ),
                )
            case Extreme() if len(expression.items) > 2 or _holds_list(*expression.items):
                head = (
                    "取下列各项中最大的："
                    if expression.which == "highest"
                    else "取下列各项中最小的："
                )
                return Said(self._pieces(head), tuple(map(self.said, expression.items)))
            case Rounded() if _holds_list(expression.inner):
                step = self._step(expression)
                head = ROUNDINGS[expression.mode][1]
                return Said(self._pieces(head, step=step), (self.said(expression.inner),))
            case Outer():
                return self.said(expression.inner)
            case Arithmetic(operator="+") if _holds_list(*terms(expression)[0][1:]):
                added, taken = terms(expression)
                if not taken:
                    items = tuple(Said(_tidied(self.inline(part))) for part in added)
                    return Said(self._pieces("下列各项之和："), items)
        return Said(_tidied(self.inline(expression)))

    def _branches(self, expression: When) -> list[Said]:
        """A chain of conditions, the first that holds counts."""
        found: list[Said] = []
        rest: Expression = expression
        while isinstance(rest, When):
            head = "否则，如果{condition}：" if found else "如果{condition}："
            condition = self.inline(rest.condition)
            found.append(self._under(head, _measured(rest.then, expression), condition=condition))
            rest = rest.otherwise
        found.append(self._under("否则：", _measured(rest, expression)))
        return found

    def _under(self, phrase: str, value: Expression, **places: Pieces) -> Said:
        """A line that ends in a value, or has it as a list below."""
        said = self.said(value)
        return Said(_tidied((*self._pieces(phrase, **places), *said.line)), said.items)

    def inline(self, expression: Expression, *, inside: bool = False) -> Pieces:
        """A formula in one line; `inside` another it gets brackets where it needs them."""
        said = INLINE[type(expression)](self, expression)
        if inside and isinstance(expression, BRACKETED):
            return self._pieces("（{inner}）", inner=said)
        return said

    def _pieces(self, phrase: str, **places: Pieces) -> Pieces:
        """A phrase of the language with pieces in its places."""
        found: list[Piece] = []
        for number, part in enumerate(PLACE.split(self.language.text(phrase))):
            if number % 2:
                found.extend(places[part])
            elif part:
                found.append(part)
        return tuple(found)

    def _joined(self, parts: Sequence[Pieces], sign: str) -> Pieces:
        found: list[Piece] = list(parts[0])
        for part in parts[1:]:
            found.extend((self.language.text(sign), *part))
        return tuple(found)

    def _step(self, expression: Rounded) -> Pieces:
        step = STEPS.get(expression.step, str(expression.step))
        return (self.language.text(step),)

    def _constant(self, expression: Constant) -> Pieces:
        value = expression.value
        if isinstance(value, date):
            return (f" {self.language.day(value)} ",)
        if isinstance(value, str):
            code = self.language.text(self.codes.get(value, value))
            return self._pieces("“{inner}”", inner=(code,))
        if expression.kind == "month":
            assert isinstance(value, int)
            return (f" {self.language.month(value)} ",)
        if expression.unit is not None and expression.unit.yuan:
            amount = plain(value, as_share=False)
            return self._pieces("{inner}元", inner=(f" {amount} ",))
        return (f" {plain(value, as_share=expression.is_share)} ",)

    def _fact(self, expression: FactValue) -> Pieces:
        scope: Scope = expression.scope
        label = self.language.text(self.book.facts[scope][expression.name].label)
        return (Reference("fact", scope, expression.name, label),)

    def _rule(self, expression: RuleValue) -> Pieces:
        label = self.language.text(self.book.versions[expression.name][-1].label)
        return (Reference("rule", expression.scope, expression.name, label),)

    def _parameter(self, expression: ParameterValue) -> Pieces:
        label = self.language.text(self.book.parameters[expression.name].label)
        named: Pieces = (Reference("parameter", "", expression.name, label),)
        if not expression.keys:
            return named
        keys = self._joined([self.inline(key, inside=True) for key in expression.keys], "、")
        return self._pieces("按{keys}确定的{parameter}", keys=keys, parameter=named)

    def _outer(self, expression: Outer) -> Pieces:
        group = (self.language.text(self.book.entities.group_label),)
        return self._pieces("{group}的{inner}", group=group, inner=self.inline(expression.inner))

    def _arithmetic(self, expression: Arithmetic) -> Pieces:
        if expression.operator == "*":
            factors = [self.inline(part, inside=True) for part in operands(expression, "*")]
            return self._joined(factors, "乘以")
        if expression.operator == "/":
            left, right = (self.inline(p, inside=True) for p in (expression.left, expression.right))
            return self._pieces("{left}除以{right}", left=left, right=right)
        added, taken = terms(expression)
        less = [self.inline(part, inside=True) for part in taken]
        if not added:
            return self._pieces("负的{inner}", inner=self._joined(less, "、"))
        more = [self.inline(part, inside=True) for part in added]
        if len(more) == 1:
            whole = more[0]
        elif len(more) == 2:
            whole = self._pieces("{one}与{two}之和", one=more[0], two=more[1])
        else:
            whole = self._pieces("{parts}之和", parts=self._joined(more, "、"))
        if not less:
            return whole
        return self._pieces("{left}减去{right}", left=whole, right=self._joined(less, "、"))

    def _comparison(self, expression: Comparison) -> Pieces:
        phrases = NUMBERS if expression.left.kind == "number" else TIMES
        parts = (_measured(p, expression) for p in (expression.left, expression.right))
        left, right = (self.inline(part, inside=True) for part in parts)
        return self._pieces(phrases[expression.operator], left=left, right=right)

    def _logic(self, expression: Logic) -> Pieces:
        parts = [self.inline(part, inside=True) for part in conditions(expression)]
        return self._joined(parts, "，并且" if expression.operator == "and" else "，或者")

    def _not(self, expression: Not) -> Pieces:
        return self._pieces("“{inner}”不成立", inner=self.inline(expression.inner))

    def _when(self, expression: When) -> Pieces:
        return self._pieces(
            "如果{condition}，则为{then}，否则为{otherwise}",
            condition=self.inline(expression.condition),
            then=self.inline(_measured(expression.then, expression), inside=True),
            otherwise=self.inline(_measured(expression.otherwise, expression), inside=True),
        )

    def _extreme(self, expression: Extreme) -> Pieces:
        highest = expression.which == "highest"
        limit, others = _limit(expression)
        if limit is not None and len(others) == 1:
            phrase = (
                "{inner}，低于{limit}的按{limit}计"
                if highest
                else "{inner}，超过{limit}的按{limit}计"
            )
            inner = self.inline(others[0], inside=True)
            return self._pieces(phrase, inner=inner, limit=self.inline(limit))
        items = [self.inline(item, inside=True) for item in expression.items]
        if len(items) == 2:
            phrase = "{one}与{two}中较大的" if highest else "{one}与{two}中较小的"
            return self._pieces(phrase, one=items[0], two=items[1])
        phrase = "{items}中最大的" if highest else "{items}中最小的"
        return self._pieces(phrase, items=self._joined(items, "、"))

    def _highest_applying(self, expression: HighestApplying) -> Pieces:
        branches = [
            self._pieces(
                "{condition}的为{number}",
                condition=self.inline(condition, inside=True),
                number=self.inline(number, inside=True),
            )
            for condition, number in expression.branches
        ]
        listed = self._joined(branches, "；")
        return self._pieces("适用的最高一项：{items}；都不适用的为 0", items=listed)

    def _aggregate(self, expression: Aggregate) -> Pieces:
        member: Pieces = (self.member,)
        measure: Pieces = (self.measure,)
        if expression.inner is None:
            if expression.where is None:
                return self._pieces("{member}{measure}数", member=member, measure=measure)
            where, phrase = self.inline(expression.where), OF_MEMBERS["count"][0]
            return self._pieces(phrase, member=member, inner=where, measure=measure)
        phrase = OF_MEMBERS[expression.which][expression.where is not None]
        inner = self.inline(expression.inner, inside=expression.which == "total")
        where = () if expression.where is None else self.inline(expression.where)
        return self._pieces(phrase, member=member, inner=inner, where=where, measure=measure)

    def _member_extreme(self, expression: MemberExtreme) -> Pieces:
        phrases = OF_MEMBERS[expression.which]
        member: Pieces = (self.member,)
        inner = self.inline(expression.inner, inside=True)
        if expression.where is None:
            return self._pieces(phrases[0], member=member, inner=inner)
        assert expression.otherwise is not None
        return self._pieces(
            phrases[1],
            member=member,
            inner=inner,
            where=self.inline(expression.where),
            otherwise=self.inline(expression.otherwise, inside=True),
        )

    def _rounded(self, expression: Rounded) -> Pieces:
        number = self.inline(expression.inner)
        return self._pieces(
            ROUNDINGS[expression.mode][0], number=number, step=self._step(expression)
        )

    def _monthly(self, expression: Monthly) -> Pieces:
        return self._pieces("{inner}的十二分之一", inner=self.inline(expression.inner, inside=True))

    def _stepwise(self, expression: Stepwise) -> Pieces:
        phrase = "{number}所在档的{scale}"
        if expression.which == "marginal":
            phrase = "{number}按{scale}分段累进，每一段只用该段的比例"
        number = self.inline(expression.inner, inside=True)
        return self._pieces(phrase, number=number, scale=self._parameter(expression.scale))

    def _age(self, expression: Age) -> Pieces:
        birth = self.inline(expression.birth, inside=True)
        if expression.on is None:
            return self._pieces("按{birth}到核定月份第一天已满的周岁", birth=birth)
        return self._pieces("按{birth}到{on}已满的周岁", birth=birth, on=self.inline(expression.on))

    def _month_of(self, expression: MonthOf) -> Pieces:
        return self._pieces("{day}所在的月份", day=self.inline(expression.day, inside=True))

    def _months_since(self, expression: MonthsSince) -> Pieces:
        since = self.inline(expression.since, inside=True)
        if expression.until is None:
            return self._pieces("{since}到核定月份的月数", since=since)
        until = self.inline(expression.until, inside=True)
        return self._pieces("{since}到{until}的月数", since=since, until=until)

    def _is_given(self, expression: IsGiven) -> Pieces:
        return self._pieces("填写了{fact}", fact=self.inline(expression.fact))


BRACKETED: Final = (
    Arithmetic, Logic, When, Extreme, HighestApplying, MemberExtreme, Rounded, Stepwise,
)  # fmt: skip
INLINE: Final[dict[type[Expression], Callable[[Wording, Any], Pieces]]] = {
    Constant: Wording._constant,
    FactValue: Wording._fact,
    RuleValue: Wording._rule,
    ParameterValue: Wording._parameter,
    Outer: Wording._outer,
    Arithmetic: Wording._arithmetic,
    Comparison: Wording._comparison,
    Logic: Wording._logic,
    Not: Wording._not,
    When: Wording._when,
    Extreme: Wording._extreme,
    HighestApplying: Wording._highest_applying,
    Aggregate: Wording._aggregate,
    MemberExtreme: Wording._member_extreme,
    Rounded: Wording._rounded,
    Monthly: Wording._monthly,
    Stepwise: Wording._stepwise,
    Age: Wording._age,
    MonthOf: Wording._month_of,
    MonthsSince: Wording._months_since,
    IsGiven: Wording._is_given,
}


def conditions(expression: Logic) -> list[Expression]:
    """The conditions joined by one and the same word."""
    found: list[Expression] = []
    for part in (expression.left, expression.right):
        same = isinstance(part, Logic) and part.operator == expression.operator
        found.extend(conditions(part) if same and isinstance(part, Logic) else [part])
    return found


def operands(expression: Arithmetic, operator: str) -> list[Expression]:
    """The factors of a product."""
    found: list[Expression] = []
    for part in (expression.left, expression.right):
        same = isinstance(part, Arithmetic) and part.operator == operator
        found.extend(operands(part, operator) if same and isinstance(part, Arithmetic) else [part])
    return found


def terms(expression: Expression) -> tuple[list[Expression], list[Expression]]:
    """What a sum adds and what it takes away, without a 0 that is only there to be taken from."""
    if not isinstance(expression, Arithmetic) or expression.operator not in "+-":
        return [expression], []
    added, taken = terms(expression.left)
    if isinstance(expression.left, Constant) and expression.left.value == 0:
        added = []
    more, less = terms(expression.right)
    if expression.operator == "-":
        more, less = less, more
    return [*added, *more], [*taken, *less]


def unknowns(expression: Expression) -> list[str]:
    """How an unknown fact bears on a formula, where that is more than: then it is unknown."""
    found: dict[str, None] = {}
    for part in walk(expression):
        match part:
            case Logic():
                found[UNKNOWN[part.operator]] = None
            case Aggregate(which="any" | "all"):
                found[UNKNOWN[part.which]] = None
            case When() | HighestApplying() | MemberExtreme() | IsGiven():
                found[UNKNOWN[type(part).__name__]] = None
    return list(found)


UNKNOWN: Final = {
    "and": "有一项不成立，结果就是不成立，不看未知的；没有不成立的而有未知的，结果未知。",
    "or": "有一项成立，结果就是成立，不看未知的；没有成立的而有未知的，结果未知。",
    "any": "有一名符合就成立，不看未知的；没有符合的而有未知的，结果未知。",
    "all": "有一名不符合就不成立，不看未知的；没有不符合的而有未知的，结果未知。",
    "When": "条件未知时，两种结果相同才有结果，否则未知。",
    "HighestApplying": "未知的一项只在可能使结果更高时才使结果未知。",
    "MemberExtreme": "未知的一名只在可能改变结果时才使结果未知。",
    "IsGiven": "空着表示没有，不是未知。",
}


def _measured(part: Expression, whole: When | Comparison) -> Expression:
    """A bare 0 as the amount of money it stands for."""
    if not isinstance(part, Constant) or part.unit is not None or part.kind != "number":
        return part
    unit = whole.unit
    if isinstance(whole, Comparison):
        unit = whole.left.unit if part is whole.right else whole.right.unit
    return Constant("number", unit, "", part.value)


def _is_long(parts: Sequence[Expression]) -> bool:
    return len(parts) > 2 or _holds_list(*parts) or any(isinstance(p, Logic) for p in parts)


def _holds_list(*parts: Expression) -> bool:
    return any(
        isinstance(part, (When, HighestApplying))
        or (isinstance(part, Extreme) and len(part.items) > 2)
        for part in parts
    )


def _limit(expression: Extreme) -> tuple[Constant | None, list[Expression]]:
    """The constant a number is kept above or below, and the rest."""
    for place, item in enumerate(expression.items):
        if isinstance(item, Constant):
            rest = [*expression.items[:place], *expression.items[place + 1 :]]
            return item, rest
    return None, list(expression.items)


def _tidied(pieces: Pieces) -> Pieces:
    """Without spaces at the ends, twice, or beside Chinese punctuation."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    tidy = [BESIDE_SIGNS.sub("", p) if isinstance(p, str) else p for p in found]
    if tidy and isinstance(tidy[0], str):
        tidy[0] = tidy[0].lstrip()
    if tidy and isinstance(tidy[-1], str):
        tidy[-1] = tidy[-1].rstrip()
    return tuple(piece for piece in tidy if piece)
