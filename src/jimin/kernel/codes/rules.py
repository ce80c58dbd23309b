"""The data dictionary: code lists of the national standards, each with its editions by date.

A record keeps the code; what the code is called depends on the day, so a list is asked with one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from jimin.engine.rules import PolicyError
from jimin.engine.rules.parameters import read_yaml

DATA: Final = Path(__file__).parent / "data"
STATUSES: Final = ("seen", "to_check", "own")
OF_A_LIST: Final = {"label", "used_by", "editions"}
OF_AN_EDITION: Final = {"since", "standard", "source", "status", "items"}


@dataclass(frozen=True, slots=True)
class Edition:
    """A list as one standard has it, in force until a later edition begins.

    `since` is as the file has it: of some standards only the year is known.
    """

    since: str
    standard: str
    source: str
    status: str
    items: Mapping[str, str]

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.since if len(self.since) > 4 else f"{self.since}-01-01")


@dataclass(frozen=True, slots=True)
class CodeList:
    """`used_by` names the fields that hold its codes, as app.Model.field."""

    name: str
    label: str
    used_by: tuple[str, ...]
    editions: tuple[Edition, ...]

    @property
    def newest(self) -> Edition:
        return self.editions[-1]

    def on(self, day: date) -> Edition | None:
        """The edition in force on a day; None before the first."""
        return next((one for one in reversed(self.editions) if one.first_day <= day), None)

    def label_of(self, code: str, on: date) -> str | None:
        """What a code is called on a day; None if the list has no such code then."""
        edition = self.on(on)
        return None if edition is None else edition.items.get(code)


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Every list by its name, in the order of the files."""
    found: dict[str, CodeList] = {}
    for path in sorted(DATA.glob("*.yaml")):
        for name, one in read_lists(path).items():
            if name in found:
                raise PolicyError(f"{path.name}：代码表 {name} 在别的文件里已经有了，请改名。")
            found[name] = one
    return found


def read_lists(path: Path) -> dict[str, CodeList]:
    """The lists of a file; PolicyError says which one is written wrongly."""
    return {name: _list(path.name, name, body) for name, body in read_yaml(path).items()}


def _list(file: str, name: str, body: Mapping[str, Any]) -> CodeList:
    where = f"{file}：代码表 {name}"
    _check(where, body, OF_A_LIST, OF_A_LIST - {"used_by"})
    editions = [_edition(where, one) for one in body["editions"]]
    editions.sort(key=lambda edition: edition.first_day)
    if not editions or len({edition.first_day for edition in editions}) < len(editions):
        raise PolicyError(f"{where}：editions 至少要有一项，施行日期不能相同。")
    return CodeList(name, body["label"], tuple(body.get("used_by", ())), tuple(editions))


def _edition(where: str, body: Mapping[str, Any]) -> Edition:
    _check(where, body, OF_AN_EDITION, OF_AN_EDITION)
    edition = Edition(**body)
    if edition.status not in STATUSES:
        raise PolicyError(f"{where}：status 只能是 {'、'.join(STATUSES)}。")
    if not edition.items:
        raise PolicyError(f"{where}：items 不能为空。")
    try:
        edition.first_day  # noqa: B018 (only to see whether it is a day)
    except ValueError:
        raise PolicyError(
            f"{where}：since“{edition.since}”不对，请写成 2015-10-01，只知道年份的写 2015。"
        ) from None
    return edition


def _check(where: str, body: Any, known: set[str], required: set[str]) -> None:
    if not isinstance(body, dict) or not required <= set(body) <= known:
        raise PolicyError(f"{where}：应当写 {'、'.join(sorted(required))}，没有别的。")
