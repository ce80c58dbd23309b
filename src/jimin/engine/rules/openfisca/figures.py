"""OpenFisca's parameter files, read into our parameters: values by date, scales, units, sources.

Their units name no period (`currency-EUR` is said of a monthly benefit and of a yearly tax), so
whoever reads them says what is meant. What cannot be read is a `Gap`, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from .. import units as our_units
from ..errors import PolicyError
from ..parameters import DatedValue, Parameter, read_yaml
from .gaps import Gap
from .numbers import DATE, NOTHING, TRUTHS, read_number
from .written import decimal_text

COMMON: Final = ("description", "metadata", "unit", "reference", "documentation")
UNITS: Final = {"/1": "比例", "year": "岁", "years": "岁", "month": "月", "months": "月"}
SUFFIXES: Final = (".yaml", ".yml")

Use = Literal["figure", "marginal", "bracket"]


class Unreadable(ValueError):
    """Why a parameter cannot be carried over."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A parameter of ours with what else the file said; `use` is how a formula takes it."""

    parameter: Parameter
    path: str
    use: Use
    documentation: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    figures: tuple[Figure, ...]
    gaps: tuple[Gap, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(figure.parameter for figure in self.figures)


class _Dated(NamedTuple):
    """A value of one date as written; None where the parameter ends."""

    since: date
    value: int | Fraction | None
    source: str


def read_figures(
    folder: Path,
    *,
    units: Mapping[str, str] | None = None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    status: str = "example",
) -> Figures:
    """The parameters below a folder, or of one file, named by their path with `_` for the dots.

    `units` says which unit of ours a unit of theirs is, or that of one parameter by its path
    ("taxes.housing_tax.rate", for a scale with `.threshold`, `.rate` or `.amount` added). `keys`
    names the nodes whose children are looked up by a fact: {"benefits.standard": ("county",)}.
    """
    found: dict[str, Any] = {}
    for file in _files(folder):
        inside = file.relative_to(folder).with_suffix("").parts if folder.is_dir() else ()
        body = read_yaml(file)
        if not isinstance(body, dict):
            raise PolicyError(f"{file.name}：OpenFisca 参数文件应当是“名称: 内容”，请核对。")
        if inside and inside[-1] == "index":
            continue
        found.update(_nodes(file.name, ".".join(inside), body))
    return read_nodes(found, units=units, keys=keys, status=status)


def read_nodes(
    nodes: Mapping[str, Any],
    *,
    units: Mapping[str, str] | None = None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    status: str = "example",
) -> Figures:
    """Parameters by path, each as its file writes it."""
    reading = _Reading(units or {}, status)
    figures: list[Figure] = []
    gaps: list[Gap] = []
    for path, body in nodes.items():
        try:
            figures.extend(reading.figures(path, body))
        except Unreadable as why:
            gaps.append(Gap(path, str(why)))
    for path, names in (keys or {}).items():
        figures = _by_keys(figures, path, names)
    named: dict[str, Figure] = {}
    for figure in figures:
        name = figure.parameter.name
        if name in named:
            raise PolicyError(f"参数 {named[name].path} 与 {figure.path} 同名为 {name}，请改名。")
        named[name] = figure
    return Figures(tuple(named.values()), tuple(gaps))


def flattened(file: str, tree: Mapping[str, Any]) -> dict[str, Any]:
    """A tree of parameters, such as a test may state, by path."""
    return dict(_nodes(file, "", tree))


def name_of(path: str) -> str:
    return path.replace(".", "_")


def _files(folder: Path) -> list[Path]:
    if not folder.exists():
        raise PolicyError(f"没有 {folder} 这个文件或文件夹，请核对位置。")
    if not folder.is_dir():
        return [folder]
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def _nodes(file: str, path: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    dated = bool(body) and all(DATE.fullmatch(str(key)) for key in body)
    if "values" in body or "brackets" in body or dated:
        yield path, {"values": body} if dated else body
        return
    for name, child in body.items():
        if name in COMMON:
            continue
        below = f"{path}.{name}" if path else name
        if not isinstance(child, dict):
            raise PolicyError(f"{file}：{below} 应当写 values、brackets 或下级参数，请核对。")
        yield from _nodes(file, below, child)


class _Reading:
    """Reads one parameter after the other with the same units."""

    def __init__(self, units: Mapping[str, str], status: str) -> None:
        self.units = units
        self.status = status
        for name in units.values():
            if name not in our_units.NAMES:
                known = "、".join(our_units.NAMES)
                raise PolicyError(f"不认识单位“{name}”，可用：{known}。")

    def figures(self, path: str, body: Mapping[str, Any]) -> Iterator[Figure]:
        metadata = body.get("metadata", {})
        about = {**metadata, **{name: body[name] for name in ("unit", "reference") if name in body}}
        if "brackets" in body:
            yield from self._scale(path, body, about)
            return
        dated = self._dated(path, body["values"], about)
        values = tuple(self._ended(path, dated))
        yield self._figure(path, body, about, values, self._unit(path, about.get("unit")))

    def _scale(
        self, path: str, body: Mapping[str, Any], about: Mapping[str, Any]
    ) -> Iterator[Figure]:
        brackets = body["brackets"]
        if not isinstance(brackets, list) or not brackets:
            raise Unreadable("brackets 应当是列表")
        kinds = {kind for one in brackets for kind in one if kind != "threshold"}
        if kinds not in ({"rate"}, {"amount"}):
            raise Unreadable(
                "平均税率的分段（average_rate）没有对应的写法"
                if "average_rate" in kinds
                else f"分段里写的是 {'、'.join(sorted(kinds)) or '空'}，只认识 rate 或 amount"
            )
        kind = kinds.pop()
        limit = self._unit(f"{path}.threshold", about.get("threshold_unit"))
        given = about.get(f"{kind}_unit", "/1" if kind == "rate" else about.get("unit"))
        unit = self._unit(f"{path}.{kind}", given)
        parts = [
            {
                name: self._dated(f"{path}[{place}].{name}", one.get(name, {}), about)
                for name in (kind, "threshold")
            }
            for place, one in enumerate(brackets)
        ]
        if kind == "amount" and about.get("type") != "single_amount":
            yield from self._stacked(path, body, about, parts, (limit, unit))
            return
        values = tuple(self._steps(path, kind, parts))
        yield self._figure(
            path, body, about, values, unit,
            use="marginal" if kind == "rate" else "bracket", threshold=limit,
        )  # fmt: skip

    def _stacked(
        self,
        path: str,
        body: Mapping[str, Any],
        about: Mapping[str, Any],
        parts: list[dict[str, list[_Dated]]],
        units: tuple[str, str],
    ) -> Iterator[Figure]:
        """Amounts added up for every threshold exceeded: a threshold and an amount for each step.

        Our own scales begin at the threshold, these above it, so a rule has to compare itself.
        """
        for place, part in enumerate(parts, 1):
            for name, unit in zip(("threshold", "amount"), units, strict=True):
                values = tuple(self._ended(f"{path}[{place - 1}]", part[name]))
                below = f"{path}.{place}.{name}"
                label = f"{body.get('description', path)}，第 {place} 级{LABELS[name]}"
                yield self._figure(below, {**body, "description": label}, about, values, unit)

    def _figure(
        self,
        path: str,
        body: Mapping[str, Any],
        about: Mapping[str, Any],
        values: tuple[DatedValue, ...],
        unit: str,
        use: Use = "figure",
        threshold: str = "",
    ) -> Figure:
        if not values:
            raise Unreadable("没有一个数值")
        label = str(body.get("description") or path).strip()
        parameter = Parameter(name_of(path), label, unit, (), values, threshold)
        return Figure(parameter, path, use, str(body.get("documentation", "")).strip(), about)

    def _unit(self, path: str, theirs: object) -> str:
        if path in self.units:
            return self.units[path]
        if theirs is None:
            raise Unreadable(f"没有写单位：请写明 {path}=…")
        unit = self.units.get(str(theirs)) or UNITS.get(str(theirs))
        if unit is None and str(theirs).startswith("currency") and "/" not in str(theirs):
            unit = "元"
        if unit is None:
            raise Unreadable(f"不认识单位 {theirs}：请写明 {theirs}=… 或 {path}=…")
        return unit

    def _dated(self, path: str, values: object, about: Mapping[str, Any]) -> list[_Dated]:
        """The values of a parameter, the oldest first; what is only expected is left out."""
        if not isinstance(values, dict):
            raise Unreadable("values 应当按日期写数值")
        found: list[_Dated] = []
        for text, written in sorted(values.items()):
            given = written if isinstance(written, dict) else {"value": written}
            if given.get("value") == "expected" or "expected" in given:
                continue
            if "value" not in given:
                raise Unreadable(f"{text} 没有写 value")
            source = given.get("metadata", {}).get("reference", given.get("reference"))
            source = source if source is not None else about.get("reference")
            where = f"OpenFisca 参数 {path.partition('[')[0]}"
            try:
                since, number = date.fromisoformat(text), _number(given["value"])
            except ValueError as wrong:
                raise Unreadable(f"{text}：{wrong}") from None
            found.append(_Dated(since, number, f"{where}：{_said(source)}" if source else where))
        return found

    def _ended(self, path: str, dated: list[_Dated]) -> Iterator[DatedValue]:
        for one, later in zip(dated, [*dated[1:], None], strict=True):
            if one.value is not None:
                ends = later is not None and later.value is None
                until = later.since - timedelta(days=1) if later is not None and ends else None
                yield DatedValue(one.since, (), one.value, one.source, self.status, until)

    def _steps(
        self, path: str, kind: str, parts: list[dict[str, list[_Dated]]]
    ) -> Iterator[DatedValue]:
        """The whole scale anew at every date on which a threshold or a rate changes."""
        days = sorted({one.since for part in parts for dated in part.values() for one in dated})
        states = [(day, _state(path, day, kind, parts)) for day in days]
        for place, (day, state) in enumerate(states):
            after = states[place + 1] if place + 1 < len(states) else None
            until = after[0] - timedelta(days=1) if after is not None and not after[1] else None
            for threshold, step in state.items():
                key = (decimal_text(threshold),)
                yield DatedValue(day, key, step[0], step[1], self.status, until)


LABELS: Final = {"threshold": "起点", "amount": "金额"}


def _state(
    path: str, day: date, kind: str, parts: list[dict[str, list[_Dated]]]
) -> dict[int | Fraction, tuple[int | Fraction, str]]:
    """Threshold → what holds from there and its source, of the brackets complete on a day."""
    found: dict[int | Fraction, tuple[int | Fraction, str]] = {}
    for part in parts:
        threshold, step = _at(part["threshold"], day), _at(part[kind], day)
        if threshold is None or threshold.value is None or step is None or step.value is None:
            continue
        if threshold.value in found:
            raise Unreadable(f"{day} 有两段的起点都是 {threshold.value}")
        found[threshold.value] = (step.value, step.source)
    return found


def _at(dated: list[_Dated], day: date) -> _Dated | None:
    before = [one for one in dated if one.since <= day]
    return before[-1] if before else None


def _number(value: object) -> int | Fraction | None:
    if isinstance(value, list):
        raise ValueError("值是列表，我们的参数每个键只有一个数")
    if not isinstance(value, str):
        raise ValueError("值不是一个数")
    if value in NOTHING:
        return None
    if value in TRUTHS:
        raise ValueError(f"值是 {value}：是非值请写成规则的版本（since、until）")
    return read_number(value)


def _said(reference: object) -> str:
    """A reference: a text, a title with its address, or several."""
    if isinstance(reference, list):
        return "；".join(_said(one) for one in reference)
    if isinstance(reference, dict):
        return " ".join(str(part) for part in reference.values())
    return str(reference).strip()


def _by_keys(figures: list[Figure], path: str, names: tuple[str, ...]) -> list[Figure]:
    """Puts the parameters below a node together as one that is looked up by keys."""
    below = [figure for figure in figures if figure.path.startswith(f"{path}.")]
    if not below:
        raise PolicyError(f"{path} 下面没有可以按 {'、'.join(names)} 查找的参数，请核对路径。")
    values: list[DatedValue] = []
    for figure in below:
        key = tuple(figure.path[len(path) + 1 :].split("."))
        if len(key) != len(names) or figure.use != "figure":
            raise PolicyError(f"{figure.path} 不是 {path} 下按 {'、'.join(names)} 查找的一个数。")
        if figure.parameter.unit_name != below[0].parameter.unit_name:
            raise PolicyError(f"{path} 下面的参数单位不同，不能合成一个，请核对。")
        values.extend(replace(value, key=key) for value in figure.parameter.values)
    values.sort(key=lambda value: value.since)
    parameter = replace(
        below[0].parameter, name=name_of(path), label=path, key_names=names, values=tuple(values)
    )
    together = replace(below[0], parameter=parameter, path=path)
    return [*(figure for figure in figures if figure not in below), together]
