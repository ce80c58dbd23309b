"""The parameters of a benefit as its page shows them: values over time, with source and status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from jimin.engine.rules import DatedValue, Parameter, Policy, RuleBook
from jimin.engine.rules.document.chart import charted
from jimin.engine.rules.document.wording import Reference
from jimin.engine.rules.expressions import ParameterValue
from jimin.engine.rules.language import Language
from jimin.engine.rules.walk import walk
from jimin.engine.rules.words import figure_text

from .rules import editions_of, period


@dataclass(frozen=True, slots=True)
class ValueView:
    since: str
    keys: str
    value: str
    source: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """The whole table of a parameter with two keys from one day on, and what set it then."""

    since: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ParameterView:
    anchor: str
    name: str
    label: str
    unit: str
    has_example: bool
    has_keys: bool
    values: tuple[ValueView, ...]
    tables: tuple[TableView, ...]
    chart: str
    used_by: tuple[tuple[str, Reference, str], ...]


class Parameters:
    """The parameters of all books of a benefit; one that no rule uses is shown as such."""

    def __init__(self, benefit: str, policy: Policy, language: Language) -> None:
        self.benefit = benefit
        self.language = language
        self.found: dict[str, tuple[Parameter, RuleBook]] = {}
        self.users: dict[str, list[tuple[str, Reference, str]]] = {}
        books = list(editions_of(policy))
        for number, (edition, since, until) in enumerate(books, 1):
            when = period(since, until, language) if len(books) > 1 else ""
            for parameter in edition.parameters:
                self.found.setdefault(parameter.name, (parameter, edition.book))
            for name, user in _users(edition.book, language):
                self.users.setdefault(name, []).append((f"{benefit}-{number}", user, when))

    def views(self) -> Iterator[ParameterView]:
        for parameter, book in self.found.values():
            self.codes = book.choice_labels()
            is_table = len(parameter.key_names) == 2 and not parameter.threshold_unit_name
            yield ParameterView(
                f"{self.benefit}-parameter-{parameter.name}",
                parameter.name,
                self.language.text(parameter.label),
                self.language.text(parameter.unit_name),
                any(value.status == "example" for value in parameter.values),
                bool(parameter.key_names or parameter.threshold_unit_name),
                () if is_table else tuple(self._values(parameter)),
                tuple(self._tables(parameter)) if is_table else (),
                charted(parameter, self.language, self._keys),
                tuple(self.users.get(parameter.name, ())),
            )

    def _keys(self, keys: Sequence[tuple[str, ...]]) -> str:
        return self.language.joined(map(self._key, keys))

    def _key(self, key: tuple[str, ...]) -> str:
        return " ".join(self._code(part) for part in key)

    def _code(self, part: str) -> str:
        return self.language.text(self.codes.get(part, part))

    def _values(self, parameter: Parameter) -> Iterator[ValueView]:
        """One line for each day and value; keys with all else alike stand together."""
        alike: dict[object, list[DatedValue]] = {}
        for value in sorted(parameter.values, key=lambda one: one.since):
            step = value.key if parameter.threshold_unit_name else ()
            told = (value.since, value.value, value.source, value.status, step)
            alike.setdefault(told, []).append(value)
        for values in alike.values():
            yield ValueView(
                self.language.day(values[0].since),
                self._range(parameter, [value.key for value in values]),
                figure_text(parameter, values[0], self.language),
                self.language.text(values[0].source),
                values[0].status == "example",
            )

    def _range(self, parameter: Parameter, keys: Sequence[tuple[str, ...]]) -> str:
        if not parameter.threshold_unit_name:
            return self._keys(keys)
        *before, threshold = keys[0]
        unit = self.language.text(parameter.threshold_unit_name)
        step = self.language.say("{threshold} {unit}起", threshold=threshold, unit=unit)
        return " ".join([*map(self._code, before), step])

    def _tables(self, parameter: Parameter) -> Iterator[TableView]:
        days: dict[date, dict[tuple[str, ...], DatedValue]] = {}
        for value in parameter.values:
            days.setdefault(value.since, {})[value.key] = value
        known = list(self.codes)
        for since, set_then in sorted(days.items()):
            values = parameter.at(since)
            rows, columns = (
                sorted({key[place] for key in values}, key=lambda code: _rank(known, code))
                for place in (0, 1)
            )
            yield TableView(
                self.language.day(since),
                tuple(map(self._code, columns)),
                tuple(
                    (
                        self._code(row),
                        tuple(
                            figure_text(parameter, values[row, column], self.language)
                            if (row, column) in values
                            else ""
                            for column in columns
                        ),
                    )
                    for row in rows
                ),
                tuple(
                    dict.fromkeys(
                        (self.language.text(value.source), value.status == "example")
                        for value in set_then.values()
                    )
                ),
            )


def _rank(known: list[str], code: str) -> tuple[int, str]:
    """Codes in the order their list declares them."""
    return (known.index(code) if code in known else len(known), code)


def _users(book: RuleBook, language: Language) -> Iterator[tuple[str, Reference]]:
    """Each parameter a rule uses, with the rule."""
    for name, versions in book.versions.items():
        used = dict.fromkeys(
            part.name
            for rule in versions
            for part in walk(rule.expression)
            if isinstance(part, ParameterValue)
        )
        newest = versions[-1]
        for parameter in used:
            yield parameter, Reference("rule", newest.scope, name, language.text(newest.label))
