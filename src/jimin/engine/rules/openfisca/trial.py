"""OpenFisca's tests run against a policy of ours, one interpreter case for each group and month.

OpenFisca fills what nobody stated with a default; our rules never do. So the bridge fills in the
defaults their variables declare, and only here: in the policy itself, unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal

from ..book import Rule
from ..draft import with_figures
from ..errors import PolicyError
from ..facts import Choice, Day, Fact, Flag, Month, Whole
from ..interpreter import Case, Place, Unknown, Value
from ..parameters import Parameter
from ..policy import Policy
from .declarations import System, Variable
from .figures import flattened, name_of, read_nodes
from .numbers import ETERNITY, TRUTHS, Period, read_sum
from .situations import Expected, Given, GroupOf, Situation, UnreadTest

When = Literal["month", "january", "last_month", "year"]

SAME: Final = "same"
DIFFERENT: Final = "different"
UNMAPPED: Final = "unmapped"


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a fact of ours comes from: a variable of theirs, and of which time.

    `january` is the first month of the year assessed, `year` the year as a whole.
    """

    variable: str
    when: When = "month"


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A policy of ours that says what an OpenFisca system says.

    Facts and rules named as their variables correspond without being listed. `names` gives the
    rule for a variable that is called otherwise, `facts` the variable for a fact, `role` the fact
    that holds a member's role, `reforms` the correspondence under a reform. Who is born after the
    month assessed, by the fact `birth`, is no member yet; OpenFisca counts him with age -1.
    """

    policy: Policy
    system: System
    names: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Taken] = field(default_factory=dict)
    role: str = "role"
    birth: str = "birth"
    reforms: Mapping[str, Correspondence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a test: the same, different, or not to be run, with the reasons."""

    situation: Situation | UnreadTest
    outcome: str
    lines: tuple[str, ...] = ()


class Unmapped(ValueError):
    """Why a test cannot be run against our rules."""


def run(ours: Correspondence, test: Situation | UnreadTest) -> Trial:
    """Compares every expected value with what our rules give."""
    if isinstance(test, UnreadTest):
        return Trial(test, UNMAPPED, (test.why,))
    try:
        lines = tuple(_Run(_reformed(ours, test), test).differences())
    except (Unmapped, PolicyError) as why:
        return Trial(test, UNMAPPED, (str(why),))
    return Trial(test, DIFFERENT if lines else SAME, lines)


def _reformed(ours: Correspondence, test: Situation) -> Correspondence:
    system = ours.system.under(test.reforms)
    for name in test.reforms:
        if name not in ours.reforms:
            raise Unmapped(f"改革 {name} 是 Python 程序：需要另写一份规则，在 reforms 里对应")
        ours = ours.reforms[name]
    ours = replace(ours, system=system)
    if test.parameters:
        return replace(ours, policy=with_figures(ours.policy, _overlay(ours.policy, test)))
    return ours


def _overlay(policy: Policy, test: Situation) -> tuple[Parameter, ...]:
    """The figures a test states itself, with the units of those they replace.

    In OpenFisca they replace the whole tree; here every other figure stays as it is.
    """
    known = policy.book.parameters
    nodes = flattened(test.file, test.parameters)
    units: dict[str, str] = {}
    for path in nodes:
        if name_of(path) not in known:
            raise Unmapped(f"测试改的参数 {path} 在我们的规则里没有")
        old = known[name_of(path)]
        units.update(dict.fromkeys((path, f"{path}.rate", f"{path}.amount"), old.unit_name))
        if old.threshold_unit_name:
            units[f"{path}.threshold"] = old.threshold_unit_name
    read = read_nodes(nodes, units=units)
    for gap in read.gaps:
        raise Unmapped(f"测试改的参数 {gap.where}：{gap.why}")
    return read.parameters


class _Run:
    def __init__(self, ours: Correspondence, test: Situation) -> None:
        self.ours = ours
        self.book = ours.policy.book
        self.test = test
        self.groups = self._groups()
        self.persons = {person.name: person for person in test.persons}
        self.cases: dict[tuple[str, str], Case] = {}
        self._check_given()

    def differences(self) -> Iterator[str]:
        for expected in self.test.expected:
            variable = self.ours.system.variables[expected.variable]
            month = self._month(variable, expected.period)
            for group, place, whose in self._whose(variable, expected, month):
                found = self._found(group, month, expected, variable, place)
                wrong = _difference(found, expected, variable, self.test)
                if wrong:
                    yield f"{whose} {expected.variable} {expected.period.text}：{wrong}"

    def _groups(self) -> tuple[GroupOf, ...]:
        kinds = self.ours.system.groups
        if not kinds:
            return tuple(GroupOf(one.name, ((one.name, ""),), {}) for one in self.test.persons)
        entity = self.ours.policy.book.entities.group
        kind = next((one for one in kinds if one.key == entity), kinds[0])
        for other in kinds:
            given = [one for one in self.test.groups.get(other.key, ()) if one.given]
            if other is not kind and given:
                raise Unmapped(f"组 {other.key} 有情况，而我们的规则只有 {kind.key}")
        return self.test.groups[kind.key]

    def _check_given(self) -> None:
        """Every variable a test states must mean something to our rules."""
        taken = {taken.variable for taken in self.ours.facts.values()}
        stated = [person.given for person in self.test.persons]
        stated.extend(group.given for group in self.groups)
        for name in sorted({name for given in stated for name, _ in given}):
            if name not in taken and self._rule(name) is None and self._fact(name) is None:
                raise Unmapped(f"给出的变量 {name} 在我们的规则里没有对应")

    def _month(self, variable: Variable, period: Period) -> Period:
        if variable.period == "YEAR" and period.month is None:
            return Period(period.year, 1)
        if variable.period == "ETERNITY" and period == ETERNITY:
            raise Unmapped(f"{variable.name} 不随时间变，没有核定月份")
        if variable.period == "MONTH" and period.month is not None:
            return period
        raise Unmapped(f"{variable.name} 按 {variable.period} 定义，期望却写在 {period.text}")

    def _whose(
        self, variable: Variable, expected: Expected, month: Period
    ) -> Iterator[tuple[GroupOf, Place, str]]:
        of_person = variable.entity == self.ours.system.person.key
        found = False
        for group in self.groups:
            if not of_person:
                if expected.of in (None, group.name):
                    found = True
                    yield group, None, group.name
                continue
            for place, (name, _) in enumerate(self._members(group, month)):
                if expected.of in (None, name):
                    found = True
                    yield group, place, name
        if not found:
            raise Unmapped(f"{expected.variable} 期望的 {expected.of} 没有出现，或那时尚未出生")

    def _found(
        self, group: GroupOf, month: Period, expected: Expected, variable: Variable, place: Place
    ) -> Value:
        case = self._case(group, month)
        rule = self._rule(expected.variable)
        if rule is not None:
            if rule.name in case.month.rules:
                return case.value(rule.name, place)
            default: Value = _read(variable, variable.default)
            return default
        name = self._fact(expected.variable)
        if name is None:
            raise Unmapped(f"期望的变量 {expected.variable} 在我们的规则里没有对应")
        return case.fact(name, place)

    def _case(self, group: GroupOf, month: Period) -> Case:
        key = (group.name, month.text)
        if key not in self.cases:
            facts = self.book.facts
            present = self._members(group, month)
            members = [
                {
                    **self._facts(facts["member"], self.persons[name].given, month),
                    **({self.ours.role: role} if self.ours.role in facts["member"] else {}),
                }
                for name, role in present
            ]
            bound = self.ours.policy.at(month.text)
            case = Case(bound, self._facts(facts["group"], group.given, month), members)
            self._state(case, group.given, None, month)
            for place, (name, _) in enumerate(present):
                self._state(case, self.persons[name].given, place, month)
            self.cases[key] = case
        return self.cases[key]

    def _members(self, group: GroupOf, month: Period) -> list[tuple[str, str]]:
        """Who is there in a month: everybody born by then."""
        fact = self.book.facts["member"].get(self.ours.birth)
        if not isinstance(fact, Day):
            return list(group.members)
        name = self.ours.facts.get(self.ours.birth, Taken(self.ours.birth)).variable
        variable = self.ours.system.variables.get(name)
        last_day = self.ours.policy.at(month.text).last_day
        return [
            (person, role)
            for person, role in group.members
            if variable is None
            or (_stated(variable, self.persons[person].given, month) or last_day) <= last_day
        ]

    def _facts(self, facts: Mapping[str, Fact], given: Given, month: Period) -> dict[str, object]:
        read: dict[str, object] = {}
        for name, fact in facts.items():
            taken = self.ours.facts.get(name, Taken(name))
            variable = self.ours.system.variables.get(taken.variable)
            if variable is None:
                continue
            stated = _stated(variable, given, WHEN[taken.when](month))
            value = _read(variable, variable.default) if stated is None else stated
            read[name] = _as_fact(fact, value)
        return read

    def _state(self, case: Case, given: Given, place: Place, month: Period) -> None:
        """What a test gives for a computed variable goes before what the rule would give."""
        for name, _ in given:
            rule = self._rule(name)
            variable = self.ours.system.variables[name]
            if rule is not None:
                when = Period(month.year, None) if variable.period == "YEAR" else month
                stated = _stated(variable, given, when)
                if stated is not None:
                    case.evaluated[rule.name, place] = stated

    def _rule(self, variable: str) -> Rule | None:
        versions = self.book.versions.get(self.ours.names.get(variable, variable))
        return versions[0] if versions else None

    def _fact(self, variable: str) -> str | None:
        for name in (name for facts in self.book.facts.values() for name in facts):
            if self.ours.facts.get(name, Taken(name)).variable == variable:
                return name
        return None


WHEN: Final[dict[str, Callable[[Period], Period]]] = {
    "month": lambda month: month,
    "january": lambda month: Period(month.year, 1),
    "year": lambda month: Period(month.year, None),
    "last_month": lambda month: (
        Period(month.year - 1, 12) if month.month == 1 else Period(month.year, month.month - 1)  # type: ignore[operator]
    ),
}


def _stated(variable: Variable, given: Given, period: Period) -> Any:
    """What is given for a period, also by what is given for its year; None if nothing is."""
    if variable.period == "ETERNITY":
        period = ETERNITY
    text = given.get((variable.name, period))
    if text is not None:
        return _read(variable, text)
    year = given.get((variable.name, Period(period.year, None)))
    if year is None or period.month is None:
        return None
    if variable.spread == "dispatch":
        return _read(variable, year)
    if variable.spread == "divide":
        return _whole(Fraction(_read(variable, year)) / 12)
    raise Unmapped(f"{variable.name} 按月定义，却按年给出，也没有写怎样分到月")


def _read(variable: Variable, text: str) -> Any:
    try:
        match variable.value_type:
            case "bool":
                return TRUTHS[text] if text in TRUTHS else bool(read_sum(text))
            case "date":
                return date.fromisoformat(text)
            case "float" | "int":
                return read_sum(text)
    except ValueError as wrong:
        raise Unmapped(f"{variable.name}：{wrong}") from None
    return text


def _as_fact(fact: Fact, value: Any) -> object:
    """A value of theirs as a fact of ours takes it."""
    match fact:
        case Flag():
            return bool(value)
        case Choice() | Day():
            return value
        case Month():
            return f"{value:%Y-%m}" if isinstance(value, date) else value
        case Whole():
            if value != int(value):
                raise Unmapped(f"{fact.label} 是整数，测试给的却是 {value}")
            return int(value)
    return value


def _difference(found: Value, expected: Expected, variable: Variable, test: Situation) -> str:
    wanted = _read(variable, expected.value)
    if isinstance(found, Unknown):
        return f"应当是 {expected.value}，我们不能确定"
    if variable.value_type in ("float", "int"):
        number = Fraction(found) if not isinstance(found, (str, date)) else None
        if number is not None and _near(number, Fraction(wanted), expected.variable, test):
            return ""
    elif found == wanted:
        return ""
    return f"应当是 {expected.value}，算出 {found}"


def _near(found: Fraction, wanted: Fraction, name: str, test: Situation) -> bool:
    absolute = test.absolute_margin.get(name, test.absolute_margin.get("default"))
    relative = test.relative_margin.get(name, test.relative_margin.get("default"))
    if absolute is None and relative is None:
        absolute = Fraction(0)
    apart = abs(found - wanted)
    return (absolute is None or apart <= absolute) and (
        relative is None or apart <= abs(relative * wanted)
    )


def _whole(number: Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number
