"""Units of measure, so that yuan a month is never compared with yuan a year."""

from __future__ import annotations

from typing import Final, NamedTuple

from .errors import DefinitionError


class Unit(NamedTuple):
    """Powers of the base units. Persons, shares and counted things are plain numbers."""

    yuan: int = 0
    month: int = 0
    year: int = 0

    def times(self, other: Unit) -> Unit:
        return Unit(self.yuan + other.yuan, self.month + other.month, self.year + other.year)

    def over(self, other: Unit) -> Unit:
        return Unit(self.yuan - other.yuan, self.month - other.month, self.year - other.year)

    def __str__(self) -> str:
        names = (("元", self.yuan), ("月", self.month), ("年", self.year))
        above = [name for name, power in names for _ in range(power)]
        below = [name for name, power in names for _ in range(-power)]
        return "/".join(["·".join(above) or ("1" if below else "无单位"), *below])


PLAIN: Final = Unit()
YUAN: Final = Unit(yuan=1)
YUAN_A_MONTH: Final = Unit(yuan=1, month=-1)
YUAN_A_YEAR: Final = Unit(yuan=1, year=-1)
MONTHS: Final = Unit(month=1)
YEARS: Final = Unit(year=1)

NAMES: Final = {
    "元": YUAN,
    "元/月": YUAN_A_MONTH,
    "元/人·月": YUAN_A_MONTH,
    "元/年": YUAN_A_YEAR,
    "元/人·年": YUAN_A_YEAR,
    "月": MONTHS,
    "岁": YEARS,
    "比例": PLAIN,
    "倍": PLAIN,
    "人": PLAIN,
    "级": PLAIN,
    "辆": PLAIN,
    "套": PLAIN,
    "次": PLAIN,
    "项": PLAIN,
}


def same(left: Unit | None, right: Unit | None, doing: str) -> Unit | None:
    """The unit both sides share. None is the unit of zero, which fits every other."""
    if left is None or right is None or left == right:
        return right if left is None else left
    raise DefinitionError(
        f"{doing}的两边单位不同：{left} 与 {right}。请先换算，"
        "例如年标准用 monthly(…) 折成月标准，金额常数写 yuan(…)。"
    )
