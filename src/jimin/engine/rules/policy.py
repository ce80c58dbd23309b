"""A policy: books of rules with their figures and a version, and what is in force in a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from .book import RuleBook
from .errors import DefinitionError, PolicyError
from .expressions import Expression, FactValue, ParameterValue
from .facts import Choice, month_number
from .parameters import DatedValue, Parameter
from .walk import walk


class PolicyMonth:
    """A policy as it stands in one month."""

    def __init__(self, book: RuleBook, number: int) -> None:
        year, month = number // 12, number % 12 + 1
        self.book = book
        self.number = number
        self.text = f"{year:04d}-{month:02d}"
        self.first_day = date(year, month, 1)
        self.last_day = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        self._figures = {
            name: parameter.at(self.first_day) for name, parameter in book.parameters.items()
        }

    def figures(self, name: str) -> dict[tuple[str, ...], DatedValue]:
        """The values of a parameter in this month, by key."""
        found = self._figures[name]
        if not found:
            self._missing(name, ())
        return found

    def figure(self, name: str, key: tuple[str, ...]) -> DatedValue:
        value = self._figures[name].get(key)
        return value if value is not None else self._missing(name, key)

    def _missing(self, name: str, key: tuple[str, ...]) -> DatedValue:
        parameter = self.book.parameters[name]
        where = "，".join((name, *key))
        first = parameter.values[0].since
        raise PolicyError(
            f"参数“{parameter.label}”（{where}）没有 {self.text} 的数值，最早的自 {first} 起。"
            "请在参数文件里补上，或者改核定月份。"
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
            raise PolicyError(f"{self.label}没有“{name}”；可用：{'、'.join(self.benefits)}。")
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
        for name in self.used_parameters():
            bound.figures(name)
        self._months[month] = bound
        return bound

    def used_parameters(self) -> tuple[str, ...]:
        """Names of the parameters some rule refers to."""
        return tuple(dict.fromkeys(look_up.name for look_up in self._look_ups()))

    def first_month(self) -> str:
        """The earliest month in which every figure the rules need has a value."""
        firsts = [self.book.parameters[name].values[0].since for name in self.used_parameters()]
        latest = max(firsts, default=date(1900, 1, 1))
        number = latest.year * 12 + latest.month - 1 + (latest.day > 1)
        return f"{number // 12:04d}-{number % 12 + 1:02d}"

    def months_of_change(self) -> tuple[str, ...]:
        """The months in which some figure changes, from the first month on."""
        first = self.first_month()
        days = {value.since for figure in self.parameters for value in figure.values}
        later = {f"{day:%Y-%m}" for day in days if day.day == 1}
        return tuple(sorted({first, *(month for month in later if month > first)}))

    def _look_ups(self) -> list[ParameterValue]:
        return [
            part
            for rule in self.book.rules.values()
            for part in walk(rule.expression)
            if isinstance(part, ParameterValue)
        ]

    def _check_keys(self) -> None:
        """Every look-up by a closed list of choices has a figure for each, and no other."""
        for look_up in self._look_ups():
            parameter = self.book.parameters[look_up.name]
            for place, key in enumerate(look_up.keys):
                wanted = _choices(self.book, key)
                for value in parameter.values:
                    if value.key[place] not in wanted:
                        raise PolicyError(
                            f"参数“{parameter.label}”{parameter.name} 写了 {value.key[place]}，"
                            f"但只有这些可选：{'、'.join(wanted)}。"
                        )
                given = {found[place] for found in parameter.at(parameter.values[0].since)}
                for code in wanted:
                    if code not in given:
                        raise PolicyError(
                            f"参数“{parameter.label}”{parameter.name} 自最早的日期 "
                            f"{parameter.values[0].since} 起没有 {code} 的数值，请补上。"
                        )

    def _prove(self) -> None:
        """No rule can overflow or divide by zero, with the figures of any month."""
        from .lowering import lower_everything

        for month in self.months_of_change():
            if self.edition(month) is self:
                lower_everything(self.at(month))


def _first_day(month: str) -> date:
    number = month_number(month)
    if number is None or not 1900 * 12 <= number < 2200 * 12:
        raise PolicyError(f"月份“{month}”不对：请写成 2016-07 这样的年月。")
    return date(number // 12, number % 12 + 1, 1)


def _choices(book: RuleBook, key: Expression) -> tuple[str, ...]:
    if isinstance(key, FactValue):
        fact = book.facts[key.scope][key.name]
        if isinstance(fact, Choice):
            return tuple(fact.choices)
    raise DefinitionError("参数只能按选项类的情况查找，例如 figures.standard[h.county]。")


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
