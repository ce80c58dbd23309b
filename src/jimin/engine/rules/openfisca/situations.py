"""OpenFisca's YAML tests: who is there, what is given for which period, what is expected.

Short forms mean what OpenFisca makes of them: without entities there is one person, or one for
each item of a list, alone in a group of each kind; who is in no group is alone in one; a person
alone has the first role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from ..errors import PolicyError
from ..parameters import read_yaml
from .declarations import Entity, System, Variable
from .numbers import ETERNITY, Period, read_number, read_period

KNOWN: Final = (
    "name", "description", "keywords", "period", "input", "output", "absolute_error_margin",
    "relative_error_margin", "reforms", "parameters", "extensions", "max_spiral_loops",
)  # fmt: skip
IGNORED: Final = ("ignore_variables", "only_variables")

Given = dict[tuple[str, Period], str]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    given: Given


@dataclass(frozen=True, slots=True)
class GroupOf:
    """A group with its persons, each with the key of a role."""

    name: str
    members: tuple[tuple[str, str], ...]
    given: Given


@dataclass(frozen=True, slots=True)
class Expected:
    """What a variable should give; `of` is the person's or group's name, or None: of each."""

    variable: str
    of: str | None
    period: Period
    value: str


@dataclass(frozen=True, slots=True)
class Situation:
    name: str
    file: str
    number: int
    persons: tuple[Person, ...]
    groups: Mapping[str, tuple[GroupOf, ...]]
    expected: tuple[Expected, ...]
    absolute_margin: Mapping[str, Fraction]
    relative_margin: Mapping[str, Fraction]
    reforms: tuple[str, ...]
    parameters: Mapping[str, Any]

    @property
    def place(self) -> str:
        return f"{self.file} 第 {self.number} 个测试"


@dataclass(frozen=True, slots=True)
class UnreadTest:
    """A test that cannot be read, and why."""

    name: str
    file: str
    number: int
    why: str

    @property
    def place(self) -> str:
        return f"{self.file} 第 {self.number} 个测试"


class _CannotReadError(ValueError):
    """Why a test cannot be read."""


def read_situations(place: Path, system: System) -> Iterator[Situation | UnreadTest]:
    """The tests of a file or below a folder, in order."""
    files = sorted(place.rglob("*.y*ml")) if place.is_dir() else [place]
    if not place.exists():
        raise PolicyError(f"没有 {place} 这个文件或文件夹，请核对位置。")
    for path in files:
        file = path.relative_to(place).as_posix() if place.is_dir() else path.name
        content = read_yaml(path)
        tests = content if isinstance(content, list) else [content]
        for number, body in enumerate(tests, 1):
            if not isinstance(body, dict):
                raise PolicyError(
                    f"{file} 第 {number} 个测试：应当写 name、period、input、output。"
                )
            try:
                yield _Reader(system, body).situation(file, number)
            except ValueError as why:
                yield UnreadTest(str(body.get("name", "")), file, number, str(why))


class _Reader:
    def __init__(self, system: System, body: Mapping[str, Any]) -> None:
        reforms = body.get("reforms") or ()
        self.reforms = (reforms,) if isinstance(reforms, str) else tuple(reforms)
        self.system = system.under(self.reforms)
        self.body = body
        self.period = read_period(body["period"]) if body.get("period") else None

    def situation(self, file: str, number: int) -> Situation:
        body = self.body
        for name in body:
            if name not in (*KNOWN, *IGNORED):
                raise _CannotReadError(f"不认识 {name}")
        if body.get("extensions"):
            raise _CannotReadError("用到扩展包（extensions），那是另外的 Python 程序")
        output = body.get("output")
        if not isinstance(output, dict) or not output:
            raise _CannotReadError("没有写 output")
        persons, groups = self._inputs(body.get("input") or {})
        overlay = body.get("parameters") or {}
        return Situation(
            name=str(body.get("name", "")),
            file=file,
            number=number,
            persons=persons,
            groups=groups,
            expected=tuple(self._expected(output)),
            absolute_margin=_margins(body.get("absolute_error_margin")),
            relative_margin=_margins(body.get("relative_error_margin")),
            reforms=self.reforms,
            parameters=overlay if isinstance(overlay, dict) else {},
        )

    def _inputs(
        self, given: Mapping[str, Any]
    ) -> tuple[tuple[Person, ...], dict[str, tuple[GroupOf, ...]]]:
        if not isinstance(given, dict):
            raise _CannotReadError("input 应当写“变量: 值”或者各实体")
        if "axes" in given:
            raise _CannotReadError("axes 把一户变成许多户：请用逐户的测试")
        entities = [name for name in given if self.system.entity(name) is not None]
        if not entities:
            return self._without_entities(given)
        odd = [name for name in given if name not in entities]
        if odd:
            raise _CannotReadError(f"input 里实体和变量（{'、'.join(odd)}）混写")
        person = self.system.person
        listed = given.get(person.plural)
        if listed is None and person.key in given:
            listed = {person.key: given[person.key]}
        if not isinstance(listed, dict) or not listed:
            raise _CannotReadError(f"input 里没有 {person.plural}")
        persons = tuple(
            Person(name, self._given(person, values or {})) for name, values in listed.items()
        )
        names = [one.name for one in persons]
        groups = {
            entity.key: tuple(self._groups(entity, given, names)) for entity in self.system.groups
        }
        return persons, groups

    def _without_entities(
        self, given: Mapping[str, Any]
    ) -> tuple[tuple[Person, ...], dict[str, tuple[GroupOf, ...]]]:
        lists = [
            value for one in given.values() for value in _dated(one) if isinstance(value, list)
        ]
        size = max((len(one) for one in lists), default=1)
        for one in lists:
            if len(one) != size:
                raise _CannotReadError("各变量给的个数不同")
        names = [f"{self.system.person.key}{place + 1}" for place in range(size)]
        of_entity: dict[str, list[Given]] = {
            key: [{} for _ in names] for key in self.system.entities
        }
        for name, written in given.items():
            variable = self._variable(name)
            if variable.entity not in of_entity:
                raise _CannotReadError(f"变量 {name} 的实体 {variable.entity} 没有声明")
            for period, value in self._by_period(variable, written):
                values = value if isinstance(value, list) else [value] * size
                for place, one in enumerate(values):
                    of_entity[variable.entity][place][name, period] = _plain(name, one)
        persons = tuple(
            Person(name, given)
            for name, given in zip(names, of_entity[self.system.person.key], strict=True)
        )
        groups = {
            entity.key: tuple(
                GroupOf(f"{entity.key}{place + 1}", ((name, _first(entity)),), given)
                for place, (name, given) in enumerate(
                    zip(names, of_entity[entity.key], strict=True)
                )
            )
            for entity in self.system.groups
        }
        return persons, groups

    def _groups(
        self, entity: Entity, given: Mapping[str, Any], names: list[str]
    ) -> Iterator[GroupOf]:
        written = given.get(entity.plural)
        if written is None and entity.key in given:
            written = {entity.key: given[entity.key]}
        placed: set[str] = set()
        for name, body in (written or {}).items():
            if not isinstance(body, dict):
                raise _CannotReadError(f"{entity.key} {name} 应当写角色和变量")
            members: list[tuple[str, str]] = []
            values: dict[str, Any] = {}
            for word, value in body.items():
                role = entity.role(word)
                if role is None:
                    values[word] = value
                    continue
                for person in [value] if isinstance(value, str) else value:
                    if person not in names:
                        raise _CannotReadError(f"{name} 的 {word} 里没有 {person} 这个人")
                    if person in placed:
                        raise _CannotReadError(f"{person} 写在两处")
                    placed.add(person)
                    members.append((person, role))
            yield GroupOf(name, tuple(members), self._given(entity, values))
        for name in names:
            if name not in placed:
                yield GroupOf(name, ((name, _first(entity)),), {})

    def _given(self, entity: Entity, values: Mapping[str, Any]) -> Given:
        if not isinstance(values, dict):
            raise _CannotReadError(f"{entity.key} 应当写“变量: 值”")
        found: Given = {}
        for name, written in values.items():
            variable = self._variable(name)
            if variable.entity != entity.key:
                raise _CannotReadError(
                    f"变量 {name} 属于 {variable.entity}，却写在 {entity.key} 里"
                )
            for period, value in self._by_period(variable, written):
                found[name, period] = _plain(name, value)
        return found

    def _expected(self, output: Mapping[str, Any]) -> Iterator[Expected]:
        for word, written in output.items():
            entity = self.system.entity(word)
            if entity is None:
                yield from self._of(word, None, written)
            elif word == entity.key:
                for name, value in written.items():
                    yield from self._of(name, None, value)
            else:
                for instance, values in written.items():
                    for name, value in values.items():
                        yield from self._of(name, instance, value)

    def _of(self, name: str, of: str | None, written: object) -> Iterator[Expected]:
        variable = self._variable(name)
        for period, value in self._by_period(variable, written):
            if isinstance(value, list) and of is None:
                instances = _instances(self, variable, len(value))
                for instance, one in zip(instances, value, strict=True):
                    yield Expected(name, instance, period, _plain(name, one))
            else:
                yield Expected(name, of, period, _plain(name, value))

    def _variable(self, name: str) -> Variable:
        found = self.system.variables.get(name)
        if found is None:
            raise _CannotReadError(f"没有声明变量 {name}（也许来自改革 reforms 的程序）")
        return found

    def _by_period(self, variable: Variable, written: object) -> Iterator[tuple[Period, Any]]:
        if isinstance(written, dict):
            for text, value in written.items():
                yield self._meant(variable, read_period(text)), value
        elif variable.period == "ETERNITY":
            yield ETERNITY, written
        elif self.period is None:
            raise _CannotReadError(f"{variable.name} 没有写期间，测试也没有写 period")
        else:
            yield self.period, written

    def _meant(self, variable: Variable, period: Period) -> Period:
        return ETERNITY if variable.period == "ETERNITY" else period


def _instances(reader: _Reader, variable: Variable, size: int) -> list[str]:
    persons, groups = reader._inputs(reader.body.get("input") or {})
    found: Iterable[Person | GroupOf] = persons
    if variable.entity != reader.system.person.key:
        found = groups[variable.entity]
    names = [one.name for one in found]
    if len(names) != size:
        raise _CannotReadError(f"{variable.name} 应当有 {len(names)} 个值，却写了 {size} 个")
    return names


def _first(entity: Entity) -> str:
    return entity.roles[0].key if entity.roles else ""


def _dated(written: object) -> Iterator[object]:
    yield from written.values() if isinstance(written, dict) else (written,)


def _plain(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _CannotReadError(f"{name} 的值看不懂")
    return value


def _margins(written: object) -> dict[str, Fraction]:
    """Margins by variable; "default" for the others."""
    if written is None:
        return {}
    given = written if isinstance(written, dict) else {"default": written}
    return {name: Fraction(read_number(str(margin))) for name, margin in given.items()}
