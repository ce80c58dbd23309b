"""Dated figures from YAML: each with its unit, its source and whether it is confirmed.

Every scalar is read as text and parsed here, so 1.5 is three halves and never a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jimin.engine.sentences import Name, said

from . import units
from .errors import PolicyError
from .units import Unit

if TYPE_CHECKING:
    from pathlib import Path

STATUSES: Final = ("confirmed", "example")
NUMBER: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|-?\d+(?:\.\d+)?%?|-?\d+/\d+")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A figure in force from `since` until a later one for the same key, or through `until`."""

    since: date
    key: tuple[str, ...]
    value: int | Fraction
    source: str
    status: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    label: str
    unit_name: str
    key_names: tuple[str, ...]
    values: tuple[DatedValue, ...]
    threshold_unit_name: str = ""

    @property
    def unit(self) -> Unit:
        return units.NAMES[self.unit_name]

    @property
    def threshold_unit(self) -> Unit | None:
        """The unit of the thresholds of a scale of steps; None for a plain figure."""
        return units.NAMES[self.threshold_unit_name] if self.threshold_unit_name else None

    @property
    def is_single(self) -> bool:
        """Whether it is one number, without keys or steps."""
        return not self.key_names and not self.threshold_unit_name

    def at(self, first_day: date) -> dict[tuple[str, ...], DatedValue]:
        """What is in force on a day, by key; keys with no figure yet, or none any more, are absent.

        The last part of a scale's key is its threshold; a new scale replaces all steps of the old.
        """
        found: dict[tuple[str, ...], DatedValue] = {}
        for value in self.values:
            if value.since <= first_day:
                found[value.key] = value
        if self.threshold_unit_name:
            newest: dict[tuple[str, ...], date] = {}
            for key, value in found.items():
                newest[key[:-1]] = max(newest.get(key[:-1], value.since), value.since)
            found = {key: value for key, value in found.items() if value.since == newest[key[:-1]]}
        return {
            key: value
            for key, value in found.items()
            if value.until is None or first_day <= value.until
        }


@cache
def _loader() -> Any:
    import yaml

    # libyaml reads eight times as fast; a PyYAML built without it has only Python's own.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

    class TextLoader(loader):  # type: ignore[misc]
        """Keeps every scalar as written and refuses a key given twice."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    at = key.start_mark
                    raise PolicyError(
                        f"{at.name} 第 {at.line + 1} 行：“{key.value}”写了两次，请删去一个。"
                    )
                seen.add(key.value)
            return dict(super().construct_mapping(node, deep))

    return TextLoader


def read_yaml(path: Path) -> Any:
    """A YAML file with every scalar as text; says where it is broken."""
    import yaml

    with path.open(encoding="utf-8") as file:
        try:
            return yaml.load(file, Loader=_loader())  # noqa: S506 (builds only text)
        except yaml.MarkedYAMLError as broken:
            raise PolicyError(
                "{file} {where}的格式不对：请检查缩进、冒号和引号。",
                file=Name(path.name),
                where=_where(path, broken),
            ) from broken
        except UnicodeDecodeError as broken:
            raise PolicyError(
                "{file} 不是 UTF-8 文字，无法读取；请另存为 UTF-8 编码的 YAML 文件。",
                file=Name(path.name),
            ) from broken


def _where(path: Path, broken: Any) -> Any:
    """The line of a fault; libyaml may put it behind the last."""
    if not broken.problem_mark:
        return "某处"
    last = path.read_text(encoding="utf-8").count("\n") + 1
    return said("第 {line} 行", line=min(broken.problem_mark.line + 1, last))


def load_parameters(*places: Path) -> tuple[Parameter, ...]:
    """All parameters of files and of folders of files, in order of file and place."""
    found: dict[str, Parameter] = {}
    for path in (file for place in places for file in _files(place)):
        content = read_yaml(path)
        if not isinstance(content, dict):
            raise PolicyError(f"{path.name}：应当是“参数名: 内容”的列表。")
        for name, body in content.items():
            if name in found:
                raise PolicyError(f"{path.name}：参数 {name} 在别的文件里已经有了，请改名或合并。")
            found[name] = _parameter(path.name, name, body)
    return tuple(found.values())


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("*.yaml")) if place.is_dir() else [place]


def _parameter(file: str, name: str, body: object) -> Parameter:
    where = f"{file}：参数 {name}"
    fields = _fields(
        body, where, required=("label", "unit", "values"), optional=("keys", "thresholds")
    )
    if not name.isidentifier():
        raise PolicyError(f"{where}：参数名只能用英文字母、数字和下划线。")
    thresholds = fields.get("thresholds", "")
    for unit in (fields["unit"], *([thresholds] if thresholds else [])):
        if unit not in units.NAMES:
            raise PolicyError(f"{where}：不认识单位“{unit}”，可用：{'、'.join(units.NAMES)}。")
    keys = fields.get("keys", [])
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise PolicyError(f"{where}：keys 应当是列表，例如 [county]。")
    if not isinstance(fields["values"], list) or not fields["values"]:
        raise PolicyError(f"{where}：values 至少要有一项，每项写 since、value、source、status。")
    values: list[DatedValue] = []
    for entry in fields["values"]:
        values.extend(_dated(where, len(keys) + bool(thresholds), entry))
    values.sort(key=lambda value: value.since)
    given = set()
    for value in values:
        if (value.since, value.key) in given:
            which = "、".join((value.since.isoformat(), *value.key))
            raise PolicyError(f"{where}：{which} 写了两次，请删去一个。")
        given.add((value.since, value.key))
    if thresholds:
        for value in values:
            _number(f"{where}，{value.since} 的起点", value.key[-1])
    return Parameter(
        name, _text(fields["label"], where, "label"), fields["unit"], tuple(keys), tuple(values),
        thresholds,
    )  # fmt: skip


def _dated(where: str, depth: int, entry: object) -> list[DatedValue]:
    fields = _fields(
        entry, where, required=("since", "value", "source", "status"), optional=("until",)
    )
    since = _day(where, "since", fields["since"])
    where = f"{where}，{since}"
    until = _day(where, "until", fields["until"]) if "until" in fields else None
    if until is not None and until < since:
        raise PolicyError(f"{where}：until“{until}”早于 since，请改正。")
    if fields["status"] not in STATUSES:
        raise PolicyError(f"{where}：status 只能是 confirmed（有文件）或 example（示例）。")
    source = _text(fields["source"], where, "source")
    return [
        DatedValue(since, key, number, source, fields["status"], until)
        for key, number in _by_key(where, depth, fields["value"], ())
    ]


def _day(where: str, name: str, text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise PolicyError(f"{where}：{name}“{text}”不是日期，请写成 2016-01-01。") from None


def _by_key(
    where: str, depth: int, value: object, key: tuple[str, ...]
) -> list[tuple[tuple[str, ...], int | Fraction]]:
    if depth == 0:
        return [(key, _number(where, value))]
    if not isinstance(value, dict) or not value:
        raise PolicyError(f'{where}：value 要按 keys 逐个写出数值，例如 "220202": 425。')
    found = []
    for part, inner in value.items():
        found.extend(_by_key(f"{where}，{part}", depth - 1, inner, (*key, str(part))))
    return found


def exact_number(text: str) -> int | Fraction:
    """A number as parameter files write it."""
    return _number(text, text)


def _number(where: str, text: object) -> int | Fraction:
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        raise PolicyError(f"{where}：“{text}”不是数，请写成 425、3,400、1.5、20% 或 1/3。")
    plain = text.replace(",", "")
    try:
        exact = Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except ZeroDivisionError:
        raise PolicyError(f"{where}：“{text}”的分母是 0，请改正。") from None
    return exact.numerator if exact.denominator == 1 else exact


def _fields(
    body: object, where: str, *, required: tuple[str, ...], optional: tuple[str, ...]
) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise PolicyError(f"{where}：应当写成“名称: 内容”，包括 {'、'.join(required)}。")
    for name in required:
        if name not in body:
            raise PolicyError(f"{where}：缺少 {name}，请补上。")
    for name in body:
        if name not in required and name not in optional:
            known = "、".join((*required, *optional))
            raise PolicyError(f"{where}：不认识“{name}”，只能写 {known}。")
    return body


def _text(value: object, where: str, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PolicyError(f"{where}：{name} 不能为空。")
    return value.strip()
