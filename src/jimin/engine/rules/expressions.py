"""The vocabulary rules are written in: every operator builds an expression, nothing is computed.

Mistakes are refused here, while the rule is being defined: floats, `and` for `&`, units that do
not fit, and a member's value used for a household without `total`, `count` or the like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from . import units
from .errors import DefinitionError
from .units import Unit

Kind: TypeAlias = Literal["number", "truth", "code", "day", "month"]
Scope: TypeAlias = Literal["", "group", "member"]
Operand: TypeAlias = "Expression | int | Fraction | Decimal | str | date"
Comparing: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!="]

KIND_NAMES: Final = {
    "number": "数",
    "truth": "是非",
    "code": "选项",
    "day": "日期",
    "month": "月份",
}


@dataclass(eq=False, repr=False)
class Expression:
    """A formula. `scope` says whose it is: the group's, one member's, or nobody's (a constant)."""

    kind: Kind
    unit: Unit | None
    scope: Scope

    __hash__ = object.__hash__

    def __add__(self, other: Operand) -> Expression:
        return _arithmetic("+", self, other)

    def __radd__(self, other: Operand) -> Expression:
        return _arithmetic("+", other, self)

    def __sub__(self, other: Operand) -> Expression:
        return _arithmetic("-", self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return _arithmetic("-", other, self)

    def __mul__(self, other: Operand) -> Expression:
        return _arithmetic("*", self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return _arithmetic("*", other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return _arithmetic("/", self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return _arithmetic("/", other, self)

    def __neg__(self) -> Expression:
        return _arithmetic("-", 0, self)

    def __lt__(self, other: Operand) -> Expression:
        return _comparison("<", self, other)

    def __le__(self, other: Operand) -> Expression:
        return _comparison("<=", self, other)

    def __gt__(self, other: Operand) -> Expression:
        return _comparison(">", self, other)

    def __ge__(self, other: Operand) -> Expression:
        return _comparison(">=", self, other)

    def __eq__(self, other: Operand) -> Expression:  # type: ignore[override]
        return _comparison("==", self, other)

    def __ne__(self, other: Operand) -> Expression:  # type: ignore[override]
        return _comparison("!=", self, other)

    def __and__(self, other: Expression) -> Expression:
        return _logic("and", self, other)

    def __or__(self, other: Expression) -> Expression:
        return _logic("or", self, other)

    def __invert__(self) -> Expression:
        return Not("truth", units.PLAIN, self.scope, _of_kind(self, "truth", "~"))

    def __bool__(self) -> bool:
        raise DefinitionError(
            "规则不能用 and、or、not、if 或 0 <= x < 6 这样的连写：请用 &、|、~、when(…)，"
            "并给每个比较加括号。"
        )


@dataclass(eq=False, repr=False)
class Constant(Expression):
    value: int | Fraction | str | date
    is_share: bool = False


@dataclass(eq=False, repr=False)
class FactValue(Expression):
    """What the case states, such as a wage; unknown when nobody stated it."""

    name: str
    choices: tuple[str, ...] = ()


@dataclass(eq=False, repr=False)
class RuleValue(Expression):
    """The result of another rule."""

    name: str


@dataclass(eq=False, repr=False)
class Outer(Expression):
    """A value of the group, used by a rule about one of its members."""

    inner: Expression


@dataclass(eq=False, repr=False)
class ParameterValue(Expression):
    """A dated figure; `figure[h.county]` picks the one of the household's county.

    With a `threshold_unit` it is a scale of steps, for `marginal` and `bracket` only.
    """

    name: str
    key_names: tuple[str, ...]
    keys: tuple[Expression, ...] = ()
    threshold_unit: Unit | None = None

    def __getitem__(self, keys: Operand | tuple[Operand, ...]) -> ParameterValue:
        given = tuple(wrap(key) for key in (keys if isinstance(keys, tuple) else (keys,)))
        scope: Scope = ""
        for key in given:
            stated = key.inner if isinstance(key, Outer) else key
            if key.kind != "code" and not (isinstance(stated, FactValue) and key.kind == "number"):
                raise DefinitionError(
                    f"参数 {self.name} 的键只能是选项，或者等级这样的整数情况；"
                    f"给的却是{KIND_NAMES[key.kind]}。"
                )
            scope = _one_scope(scope, key.scope)
        return ParameterValue(
            self.kind, self.unit, scope, self.name, self.key_names, given, self.threshold_unit
        )


@dataclass(eq=False, repr=False)
class Arithmetic(Expression):
    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


@dataclass(eq=False, repr=False)
class Comparison(Expression):
    operator: Comparing
    left: Expression
    right: Expression


@dataclass(eq=False, repr=False)
class Logic(Expression):
    operator: Literal["and", "or"]
    left: Expression
    right: Expression


@dataclass(eq=False, repr=False)
class Not(Expression):
    inner: Expression


@dataclass(eq=False, repr=False)
class When(Expression):
    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(eq=False, repr=False)
class Extreme(Expression):
    """The highest or lowest of several numbers; unknown as soon as one of them is."""

    which: Literal["highest", "lowest"]
    items: tuple[Expression, ...]


@dataclass(eq=False, repr=False)
class HighestApplying(Expression):
    branches: tuple[tuple[Expression, Expression], ...]


@dataclass(eq=False, repr=False)
class Aggregate(Expression):
    """Something of all members, or of those for whom `where` holds.

    `inner` is None when the members themselves are counted.
    """

    which: Literal["total", "count", "any", "all"]
    inner: Expression | None
    where: Expression | None = None


@dataclass(eq=False, repr=False)
class MemberExtreme(Expression):
    """The highest or lowest number among all members, or among those for whom `where` holds.

    `otherwise` is what counts when it holds for none; it is there whenever `where` is.
    """

    which: Literal["highest", "lowest"]
    inner: Expression
    where: Expression | None = None
    otherwise: Expression | None = None


@dataclass(eq=False, repr=False)
class Rounded(Expression):
    inner: Expression
    step: Fraction
    mode: Literal["up", "half_up", "down"]


@dataclass(eq=False, repr=False)
class Monthly(Expression):
    inner: Expression


@dataclass(eq=False, repr=False)
class Stepwise(Expression):
    """A number on a scale of steps: each slice at its own rate, or the rate of the step it is on.

    Both are zero below the first threshold.
    """

    which: Literal["marginal", "bracket"]
    inner: Expression
    scale: ParameterValue


@dataclass(eq=False, repr=False)
class Age(Expression):
    """Full years on a day; without one on the first day of the month assessed."""

    birth: Expression
    on: Expression | None = None


@dataclass(eq=False, repr=False)
class MonthOf(Expression):
    day: Expression


@dataclass(eq=False, repr=False)
class MonthsSince(Expression):
    """Months from one month to another; without the other to the month assessed."""

    since: Expression
    until: Expression | None = None


@dataclass(eq=False, repr=False)
class IsGiven(Expression):
    fact: FactValue


class AllMembers:
    """`h.members`: what `count` counts."""


def wrap(value: object) -> Expression:
    """An operand as an expression, refusing what is not exact."""
    if isinstance(value, ParameterValue) and value.threshold_unit is not None:
        raise DefinitionError(
            f"参数 {value.name} 是分段的：请写 marginal(金额, …) 或 bracket(金额, …)。"
        )
    return _wrapped(value)


def _wrapped(value: object) -> Expression:
    if isinstance(value, ParameterValue) and len(value.keys) != len(value.key_names):
        wanted = "、".join(value.key_names) or "不带键"
        raise DefinitionError(f"参数 {value.name} 的键不对：应当是 {wanted}。")
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool) or value is None:
        raise DefinitionError(f"规则里不能直接写 {value}：请写出得到它的条件。")
    if isinstance(value, float):
        raise DefinitionError(
            f'规则里不能用浮点数 {value}：请写 pct(20)、yuan("0.5")，或者列为参数。'
        )
    if isinstance(value, (int, Fraction, Decimal)):
        exact = Fraction(value)
        return Constant("number", units.PLAIN if exact else None, "", exact)
    if isinstance(value, str):
        return Constant("code", units.PLAIN, "", value)
    if type(value) is date:
        return Constant("day", units.PLAIN, "", value)
    raise DefinitionError(
        f"规则里不能用 {type(value).__name__}：只能用情况、参数、其他规则和整数组成的算式。"
    )


def pct(share: int | str) -> Expression:
    """A share in per cent: `pct(20)` is one fifth."""
    return Constant("number", units.PLAIN, "", _exact(share) / 100, is_share=True)


def yuan(amount: int | str, *, a_month: bool = True) -> Expression:
    """An amount of money, a month unless said otherwise."""
    return Constant("number", units.YUAN_A_MONTH if a_month else units.YUAN, "", _exact(amount))


def calendar_month(text: str) -> Expression:
    """A certain month: `calendar_month("2016-05")`."""
    number = month_number(text)
    if number is None:
        raise DefinitionError(f"“{text}”不是月份：请写成 2016-05。")
    return Constant("month", None, "", number)


def month_number(text: str) -> int | None:
    """Months since year 0 of "2016-03", or None if it is no month."""
    year, dash, month = text[:4], text[4:5], text[5:]
    digits = year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if not digits or dash != "-" or len(text) != 7 or not 1 <= int(month) <= 12:
        return None
    return int(year) * 12 + int(month) - 1


def when(condition: Expression, then: Operand, otherwise: Operand) -> Expression:
    """One of two values. An unknown condition matters only if the two values differ."""
    left, right = wrap(then), wrap(otherwise)
    if left.kind != right.kind:
        raise DefinitionError(
            f"when 的两个结果不是一类：{KIND_NAMES[left.kind]} 与 {KIND_NAMES[right.kind]}。"
        )
    unit = units.same(left.unit, right.unit, "when")
    scope = _one_scope(_of_kind(condition, "truth", "when").scope, left.scope, right.scope)
    return When(left.kind, unit, scope, condition, left, right)


def case(*branches: tuple[Expression, Operand], otherwise: Operand) -> Expression:
    """The value of the first branch whose condition holds."""
    result = wrap(otherwise)
    for condition, value in reversed(branches):
        result = when(condition, value, result)
    return result


def highest(*values: Operand) -> Expression:
    return _extreme("highest", values)


def lowest(*values: Operand) -> Expression:
    return _extreme("lowest", values)


def clip(value: Operand, low: Operand, high: Operand) -> Expression:
    """The value, but at least `low` and at most `high`; `high` wins if the two cross."""
    return lowest(highest(value, low), high)


def marginal(value: Expression, scale: ParameterValue) -> Expression:
    """Each slice of the value at the rate of its step, added up: 分段累进."""
    number = _on_scale("marginal", value, scale)
    unit = None if number.unit is None or scale.unit is None else number.unit.times(scale.unit)
    scope = _one_scope(number.scope, scale.scope)
    return Stepwise("number", unit, scope, "marginal", number, scale)


def bracket(value: Expression, scale: ParameterValue) -> Expression:
    """The figure of the step the value is on: 分档."""
    number = _on_scale("bracket", value, scale)
    scope = _one_scope(number.scope, scale.scope)
    return Stepwise("number", scale.unit, scope, "bracket", number, scale)


def _on_scale(doing: str, value: Expression, scale: ParameterValue) -> Expression:
    if not isinstance(scale, ParameterValue) or scale.threshold_unit is None:
        raise DefinitionError(f"{doing} 需要分段的参数：请在参数文件里写 thresholds 和各段的起点。")
    _wrapped(scale)
    number = _of_kind(value, "number", doing)
    units.same(number.unit, scale.threshold_unit, doing)
    return number


def highest_applying(*branches: tuple[Expression, Operand]) -> Expression:
    """The highest value among the branches whose condition holds, or zero: 多项只取最高一项.

    An unknown condition matters only if its value would raise the result.
    """
    unit: Unit | None = None
    scope: Scope = ""
    checked = []
    for condition, value in branches:
        number = _of_kind(wrap(value), "number", "highest_applying")
        unit = units.same(unit, number.unit, "highest_applying")
        _of_kind(condition, "truth", "highest_applying")
        scope = _one_scope(scope, condition.scope, number.scope)
        checked.append((condition, number))
    return HighestApplying("number", unit, scope, tuple(checked))


def total(value: Expression, *, where: Expression | None = None) -> Expression:
    """The sum of a number over all members, or over those for whom `where` holds.

    Unknown if one member's is; whether `where` holds for a member does not matter if he has 0.
    """
    number = _of_members(_of_kind(value, "number", "total"), "total")
    return Aggregate("number", number.unit, "group", "total", number, _filter(where))


def count(members: Expression | AllMembers, *, where: Expression | None = None) -> Expression:
    """How many members there are, or for how many a condition holds."""
    if not isinstance(members, AllMembers):
        condition = _of_members(_of_kind(members, "truth", "count"), "count")
        return Aggregate("number", units.PLAIN, "group", "count", condition, _filter(where))
    return Aggregate("number", units.PLAIN, "group", "count", _filter(where))


def any_member(condition: Expression, *, where: Expression | None = None) -> Expression:
    """Whether the condition holds for at least one member (of those meant by `where`)."""
    checked = _of_members(_of_kind(condition, "truth", "any_member"), "any_member")
    return Aggregate("truth", units.PLAIN, "group", "any", checked, _filter(where))


def all_members(condition: Expression, *, where: Expression | None = None) -> Expression:
    """Whether the condition holds for every member (of those meant by `where`, if any)."""
    checked = _of_members(_of_kind(condition, "truth", "all_members"), "all_members")
    return Aggregate("truth", units.PLAIN, "group", "all", checked, _filter(where))


def highest_member(
    value: Expression, *, where: Expression | None = None, otherwise: Operand | None = None
) -> Expression:
    """The highest number any member has, or any of those for whom `where` holds.

    With `where`, `otherwise` says what counts when it holds for nobody. A member for whom it is
    unknown matters only if he would change the result.
    """
    return _member_extreme("highest", value, where, otherwise)


def lowest_member(
    value: Expression, *, where: Expression | None = None, otherwise: Operand | None = None
) -> Expression:
    """The lowest number any member has, or any of those for whom `where` holds."""
    return _member_extreme("lowest", value, where, otherwise)


def _member_extreme(
    which: Literal["highest", "lowest"],
    value: Expression,
    where: Expression | None,
    otherwise: Operand | None,
) -> Expression:
    doing = f"{which}_member"
    number = _of_members(_of_kind(value, "number", doing), doing)
    if where is None and otherwise is not None:
        raise DefinitionError(f"{doing} 没有 where 就总有成员：请去掉 otherwise，或写上 where。")
    if where is None:
        return MemberExtreme("number", number.unit, "group", which, number)
    if otherwise is None:
        raise DefinitionError(
            f"{doing} 有 where 时可能一名成员也没有：请写 otherwise=…，说明那时取多少。"
        )
    none = _of_kind(otherwise, "number", f"{doing} 的 otherwise")
    if none.scope == "member":
        raise DefinitionError(f"{doing} 的 otherwise 应当是全家的值或常数，不能是单个成员的值。")
    unit = units.same(number.unit, none.unit, doing)
    return MemberExtreme("number", unit, "group", which, number, _filter(where), none)


def _filter(where: Expression | None) -> Expression | None:
    if where is None:
        return None
    return _of_members(_of_kind(where, "truth", "where"), "where")


TO_YUAN: Final = Fraction(1)
TO_JIAO: Final = Fraction(1, 10)
TO_FEN: Final = Fraction(1, 100)


def round_up(value: Expression, to: Fraction = TO_YUAN) -> Expression:
    return _rounded(value, to, "up")


def round_half_up(value: Expression, to: Fraction = TO_YUAN) -> Expression:
    return _rounded(value, to, "half_up")


def round_down(value: Expression, to: Fraction = TO_YUAN) -> Expression:
    return _rounded(value, to, "down")


def monthly(value: Expression) -> Expression:
    """The exact twelfth of a yearly amount."""
    unit = units.same(value.unit, units.YUAN_A_YEAR, "monthly") and units.YUAN_A_MONTH
    return Monthly("number", unit, value.scope, _of_kind(value, "number", "monthly"))


def age(birth: Expression, *, on: Expression | date | None = None) -> Expression:
    """Full years on a day; a child not born yet is 0.

    Without `on` it is the first day of the month assessed.
    """
    _of_kind(birth, "day", "age")
    if on is None:
        return Age("number", units.YEARS, birth.scope, birth)
    day = _of_kind(on, "day", "age 的 on")
    return Age("number", units.YEARS, _one_scope(birth.scope, day.scope), birth, day)


def month_of(day: Expression) -> Expression:
    """The month in which a day lies."""
    return MonthOf("month", None, day.scope, _of_kind(day, "day", "month_of"))


def months_since(since: Expression) -> Expression:
    """Whole months from an earlier month to the month assessed; negative if it is later."""
    checked = _of_kind(since, "month", "months_since")
    return MonthsSince("number", units.MONTHS, since.scope, checked)


def months_between(since: Expression, until: Expression) -> Expression:
    """Whole months from one month to another; negative if the first is later."""
    first = _of_kind(since, "month", "months_between")
    second = _of_kind(until, "month", "months_between")
    scope = _one_scope(first.scope, second.scope)
    return MonthsSince("number", units.MONTHS, scope, first, second)


def is_given(fact: Expression) -> Expression:
    """Whether a month that may be absent is there: false, not unknown, when it is not."""
    if not isinstance(fact, FactValue) or fact.kind != "month":
        raise DefinitionError("is_given 只用于可以没有的月份，例如超标起始月。")
    return IsGiven("truth", units.PLAIN, fact.scope, fact)


def _exact(value: int | str) -> Fraction:
    if isinstance(value, (float, bool)):
        raise DefinitionError(f"规则里不能用浮点数 {value}：请写成整数或带引号的小数。")
    return Fraction(value)


def _one_scope(*scopes: Scope) -> Scope:
    found: set[Scope] = {scope for scope in scopes if scope}
    if len(found) > 1:
        raise DefinitionError(
            "同一个算式里混用了全家的值和单个成员的值："
            "请用 total、count、any_member 先把成员的值合成一个。"
        )
    return found.pop() if found else ""


def _of_kind(value: object, kind: Kind, doing: str) -> Expression:
    expression = wrap(value)
    if expression.kind != kind:
        raise DefinitionError(
            f"{doing} 需要{KIND_NAMES[kind]}，给的却是{KIND_NAMES[expression.kind]}。"
        )
    return expression


def _of_members(value: Expression, doing: str) -> Expression:
    if value.scope != "member":
        raise DefinitionError(f"{doing} 需要成员的值，例如 {doing}(h.members.…)。")
    return value


def _arithmetic(operator: Literal["+", "-", "*", "/"], one: Operand, two: Operand) -> Expression:
    left, right = _of_kind(one, "number", operator), _of_kind(two, "number", operator)
    scope = _one_scope(left.scope, right.scope)
    if operator in ("+", "-"):
        unit = units.same(left.unit, right.unit, operator)
    elif left.unit is None or right.unit is None:
        unit = None
    else:
        unit = left.unit.times(right.unit) if operator == "*" else left.unit.over(right.unit)
    return Arithmetic("number", unit, scope, operator, left, right)


def _comparison(operator: Comparing, one: Operand, two: Operand) -> Expression:
    left, right = wrap(one), wrap(two)
    ordered = ("number", "day", "month")
    allowed = (*ordered, "code") if operator in ("==", "!=") else ordered
    if left.kind != right.kind or left.kind not in allowed:
        raise DefinitionError(
            f"不能用 {operator} 比较{KIND_NAMES[left.kind]}和{KIND_NAMES[right.kind]}。"
        )
    units.same(left.unit, right.unit, operator)
    for fact, constant in ((left, right), (right, left)):
        known = fact.choices if isinstance(fact, FactValue) else ()
        if known and isinstance(constant, Constant) and constant.value not in known:
            raise DefinitionError(f"没有选项“{constant.value}”，只有：{'、'.join(known)}。")
    scope = _one_scope(left.scope, right.scope)
    return Comparison("truth", units.PLAIN, scope, operator, left, right)


def _logic(operator: Literal["and", "or"], one: Expression, two: Expression) -> Expression:
    sign = "&" if operator == "and" else "|"
    left, right = _of_kind(one, "truth", sign), _of_kind(two, "truth", sign)
    return Logic("truth", units.PLAIN, _one_scope(left.scope, right.scope), operator, left, right)


def _extreme(which: Literal["highest", "lowest"], values: tuple[Operand, ...]) -> Expression:
    items = tuple(_of_kind(value, "number", which) for value in values)
    unit: Unit | None = None
    for item in items:
        unit = units.same(unit, item.unit, which)
    return Extreme("number", unit, _one_scope(*(item.scope for item in items)), which, items)


def _rounded(value: Expression, to: Fraction, mode: Literal["up", "half_up", "down"]) -> Expression:
    inner = _of_kind(value, "number", f"round_{mode}")
    if not isinstance(to, Fraction) or to <= 0:
        raise DefinitionError("取整只能取到 TO_YUAN、TO_JIAO 或 TO_FEN。")
    return Rounded("number", inner.unit, inner.scope, inner, to, mode)
