"""A policy: books of rules with their figures and a version, and what is in force in a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Final, NamedTuple

from jimin.engine.sentences import Name

from .book import Rule, RuleBook
from .errors import DefinitionError, PolicyError
from .expressions import (
    Constant,
    Expression,
    FactValue,
    Outer,
    ParameterValue,
    RuleValue,
    When,
    month_number,
)
from .facts import Choice, Whole
from .parameters import DatedValue, Parameter, exact_number
from .walk import walk

MOST_GRADES: Final = 100
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199


class PolicyMonth:
    """A policy as it stands in one month."""

    def __init__(self, book: RuleBook, number: int) -> None:
        year, month = number // 12, number % 12 + 1
        self.book = book
        self.number = number
        self.text = f"{year:04d}-{month:02d}"
        self.first_day = date(year, month, 1)
        self.last_day = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        self.rules = {
            name: rule
            for name, versions in book.versions.items()
            for rule in versions
            if rule.in_force(self.first_day)
        }
        self._figures = {
            name: parameter.at(self.first_day) for name, parameter in book.parameters.items()
        }

    def rule(self, name: str) -> Rule:
        """The version of a rule in force in this month."""
        found = self.rules.get(name)
        if found is None:
            label = self.book.versions[name][0].label
            raise PolicyError(f"规则“{label}”（{name}）在 {self.text} 没有施行，请改核定月份。")
        return found

    def look_ups(self) -> list[tuple[Rule, ParameterValue]]:
        """The places where the rules in force look up figures."""
        return [
            (rule, part)
            for rule in self.rules.values()
            for part in walk(rule.expression)
            if isinstance(part, ParameterValue)
        ]

    def figures(self, name: str) -> dict[tuple[str, ...], DatedValue]:
        """The values of a parameter in this month, by key."""
        found = self._figures[name]
        if not found:
            self._missing(name, ())
        return found

    def figure(self, name: str, key: tuple[str, ...]) -> DatedValue:
        value = self._figures[name].get(key)
        return value if value is not None else self._missing(name, key)

    def has_every(self, rule: Rule, look_up: ParameterValue) -> bool:
        """Whether a look-up finds a figure in this month whatever its keys are."""
        known = [key_choices(self.book, rule, key) for key in look_up.keys]
        given = {key[: len(known)] for key in self.figures(look_up.name)}
        return all(key in given for key in product(*known))

    def steps(self, name: str, key: tuple[str, ...]) -> list[tuple[int | Fraction, DatedValue]]:
        """The steps of a scale, each with the threshold it begins at, the lowest first."""
        found = [
            (exact_number(value.key[-1]), value)
            for value in self.figures(name).values()
            if value.key[:-1] == key
        ]
        if not found:
            self._missing(name, key)
        return sorted(found, key=lambda step: step[0])

    def _missing(self, name: str, key: tuple[str, ...]) -> DatedValue:
        parameter = self.book.parameters[name]
        where = "，".join((name, *key))
        first, last = parameter.values[0].since, parameter.values[-1]
        is_over = last.until is not None and last.until < self.first_day
        raise PolicyError(
            "参数“{label}”（{where}）没有 {month} 的数值，最后的到 {until} 为止。"
            "请在参数文件里补上，或者改核定月份。"
            if is_over
            else "参数“{label}”（{where}）没有 {month} 的数值，最早的自 {first} 起。"
            "请在参数文件里补上，或者改核定月份。",
            label=parameter.label,
            where=where,
            month=self.text,
            first=first,
            until=last.until,
        )


class Books(NamedTuple):
    """The book of a benefit, and those that replaced it, by the first day each is in force."""

    first: RuleBook
    later: Mapping[date, RuleBook]


class Policy:
    """Rules and figures together; `version` changes when either does.

    A policy speaks of one book. Where the law fills several, `benefit` opens another of them,
    written and proved only then, as a policy of the same name and version. Where a new
    regulation replaced an old one as a whole, `later` holds its book: `at` takes the one in
    force, `edition` gives it as a policy of its own, and everything else here is of the first.
    """

    def __init__(
        self,
        *,
        name: str,
        label: str,
        version: str,
        book: RuleBook,
        later: Mapping[date, RuleBook] | None = None,
        others: Mapping[str, Callable[[], Books]] | None = None,
    ) -> None:
        self.name = name
        self.label = label
        self.version = version
        self.book = book
        self.benefits = (book.name, *(others or {}))
        self._others = dict(others or {})
        self._opened: dict[str, Policy] = {book.name: self}
        self._months: dict[str, PolicyMonth] = {}
        self._later = [
            (since, Policy(name=name, label=label, version=version, book=replacing))
            for since, replacing in sorted((later or {}).items(), reverse=True)
        ]
        book.close()
        self._check_keys()
        self._prove()

    @property
    def editions(self) -> tuple[Policy, ...]:
        """This policy and what replaced it, in order of date."""
        return (self, *(edition for _, edition in reversed(self._later)))

    def edition(self, month: str) -> Policy:
        """The policy with the book in force on the first day of a month."""
        first_day = _first_day(month)
        return next((book for since, book in self._later if since <= first_day), self)

    def benefit(self, name: str) -> Policy:
        """The same policy, speaking of another of its books."""
        opened = self._opened.get(name)
        if opened is not None:
            return opened
        if name not in self._others:
            raise PolicyError(
                "{policy}没有“{name}”；可用：{known}。",
                policy=self.label,
                name=name,
                known=self.benefits,
            )
        book, later = self._others[name]()
        opened = Policy(
            name=self.name, label=self.label, version=self.version, book=book, later=later
        )
        opened.benefits = self.benefits
        opened._others, opened._opened = self._others, self._opened
        self._opened[name] = opened
        return opened

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(self.book.parameters.values())

    def at(self, month: str) -> PolicyMonth:
        """The policy in a month written "2016-07"."""
        known = self._months.get(month)
        if known is not None:
            return known
        edition = self.edition(month)
        if edition is not self:
            return edition.at(month)
        first_day = _first_day(month)
        bound = PolicyMonth(self.book, first_day.year * 12 + first_day.month - 1)
        for _, look_up in bound.look_ups():
            bound.figures(look_up.name)
        self._months[month] = bound
        return bound

    def used_parameters(self) -> tuple[str, ...]:
        """Names of the parameters some rule, of whatever time, refers to."""
        found = [
            part.name
            for versions in self.book.versions.values()
            for rule in versions
            for part in walk(rule.expression)
            if isinstance(part, ParameterValue)
        ]
        return tuple(dict.fromkeys(found))

    def first_month(self) -> str:
        """The earliest month in which every figure the rules in force need has a value."""
        for number in self._changes():
            bound = PolicyMonth(self.book, number)
            if bound.rules and all(
                self.book.parameters[look_up.name].at(bound.first_day)
                for _, look_up in bound.look_ups()
            ):
                return bound.text
        raise PolicyError(f"{self.label}在任何月份都缺少所需的参数，请补上数值。")

    def months_of_change(self) -> tuple[str, ...]:
        """The months in which some figure or rule changes, from the first month on."""
        first = self.first_month()
        texts = [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in self._changes()]
        return tuple(text for text in texts if text >= first)

    def _changes(self) -> list[int]:
        """Months from which on another figure or rule is in force, counted from year 0."""
        figures = [value for figure in self.parameters for value in figure.values]
        days = {value.since for value in figures}
        days.update(value.until + timedelta(days=1) for value in figures if value.until)
        for versions in self.book.versions.values():
            days.update(rule.since for rule in versions if rule.since is not None)
            days.update(rule.until + timedelta(days=1) for rule in versions if rule.until)
        numbers = {day.year * 12 + day.month - 1 + (day.day > 1) for day in days}
        return sorted({1900 * 12, *numbers})

    def _check_keys(self) -> None:
        """Every look-up by a closed list has a figure for each of its items, and no other."""
        for versions in self.book.versions.values():
            for rule in versions:
                for part in walk(rule.expression):
                    if isinstance(part, ParameterValue) and part.keys:
                        self._check_look_up(rule, part)

    def _check_look_up(self, rule: Rule, look_up: ParameterValue) -> None:
        parameter = self.book.parameters[look_up.name]
        known = [key_choices(self.book, rule, key) for key in look_up.keys]
        named = f"参数“{parameter.label}”{parameter.name}"
        for value in parameter.values:
            for part, wanted in zip(value.key, known, strict=False):
                if part not in wanted:
                    raise PolicyError(
                        f"{named} 写了 {part}，但只有这些可选：{'、'.join(wanted)}。"
                        f"（{rule.place} 规则 {rule.name}）"
                    )
        earliest = parameter.values[0].since
        given = {key[: len(known)] for key in parameter.at(earliest)}
        for place, wanted in enumerate(known):
            for part in wanted:
                if part not in {key[place] for key in given}:
                    raise PolicyError(
                        f"{named} 自最早的日期 {earliest} 起没有 {part} 的数值，请补上。"
                    )
        ever = {value.key[: len(known)] for value in parameter.values}
        for key in product(*known):
            if key not in ever:
                raise PolicyError(f"{named} 从来没有 {'、'.join(key)} 的数值，请补上。")

    def _prove(self) -> None:
        """No rule can overflow or divide by zero, with the figures of any month."""
        from .lowering import lower_everything

        for month in self.months_of_change():
            if self.edition(month) is self:
                lower_everything(self.at(month))


def _first_day(month: str) -> date:
    number = month_number(month)
    if number is None:
        raise PolicyError("月份“{month}”不对：请写成 2016-07 这样的年月。", month=Name(month))
    if not FIRST_YEAR * 12 <= number < (LAST_YEAR + 1) * 12:
        raise PolicyError(
            "月份“{month}”不对：请写成 2016-07 这样的年月，在 {first} 年至 {last} 年之间。",
            month=Name(month),
            first=Name(FIRST_YEAR),
            last=Name(LAST_YEAR),
        )
    return date(number // 12, number % 12 + 1, 1)


def key_choices(book: RuleBook, rule: Rule, key: Expression) -> tuple[str, ...]:
    """What a key can be."""
    match key:
        case Outer():
            return key_choices(book, rule, key.inner)
        case Constant(kind="code"):
            return (str(key.value),)
        case When():
            both = (key.then, key.otherwise)
            return tuple(
                dict.fromkeys(code for one in both for code in key_choices(book, rule, one))
            )
        case RuleValue(kind="code"):
            versions = book.versions[key.name]
            found = [code for one in versions for code in key_choices(book, one, one.expression)]
            return tuple(dict.fromkeys(found))
        case FactValue():
            fact = book.facts[key.scope][key.name]
            if isinstance(fact, Choice):
                return tuple(fact.choices)
            if isinstance(fact, Whole) and fact.highest - fact.lowest < MOST_GRADES:
                return tuple(str(grade) for grade in range(fact.lowest, fact.highest + 1))
    raise DefinitionError(
        f"{rule.place} 规则 {rule.name}：参数只能按选项类的情况或等级（不超过 {MOST_GRADES} 级的"
        "整数）查找，例如 figures.standard[h.county]。"
    )


def rounded(value: int | Fraction, step: Fraction, mode: str) -> int | Fraction:
    """A number rounded to a multiple of `step`; half up means towards the larger number."""
    parts = Fraction(value) / step
    if mode == "up":
        whole = -(-parts.numerator // parts.denominator)
    elif mode == "down":
        whole = parts.numerator // parts.denominator
    else:
        whole = (2 * parts.numerator + parts.denominator) // (2 * parts.denominator)
    result = whole * step
    return result.numerator if result.denominator == 1 else result
