"""A row of the ledger in the words of a paper."""

from collections import Counter
from collections.abc import Iterable

from ..models import Target
from ..rules.indicators import Kind
from ..rules.lights import WORDS, Light
from ..rules.words import plain, with_unit
from .rows import Row

SIGNS = {">=": "≥", "<=": "≤", "=": "", ">": ">", "<": "<", "≈": "约", "range": ""}
CLOSE = (" → 绿", " → 黄", " → 红", " → 蓝", " → 灰")


def wanted(target: Target) -> str:
    """`≥ 2,400 张`, `零发生`."""
    if target.aggregation == Target.Aggregation.ZERO:
        return "零发生"
    if target.value is None:
        return f"不低于{target.reference}"
    if target.comparator == Target.Comparator.RANGE and target.high is not None:
        return f"{plain(target.value)}–{with_unit(target.high, target.unit)}"
    return f"{SIGNS[target.comparator]} {with_unit(target.value, target.unit)}".strip()


def actual(row: Row) -> str:
    """What was reached, in the measure of its kind."""
    standing = row.standing
    if standing.actual is None:
        return "无数据"
    match row.goal.kind:
        case Kind.RELATIONAL if standing.planned is not None:
            return f"{plain(standing.actual)}/{plain(standing.planned)} 个地区达标"
        case Kind.PER_UNIT:
            return f"{plain(standing.actual)}% 的单位达标"
        case Kind.CAP:
            return f"{plain(standing.actual)} 件违反"
    return with_unit(standing.actual, row.goal.unit)


def planned(row: Row) -> str:
    if row.standing.planned is None or row.goal.kind == Kind.RELATIONAL:
        return "—"
    return with_unit(row.standing.planned, row.goal.unit)


def reason(sentence: str) -> str:
    """The arithmetic without the light at its end, which has a column of its own."""
    for close in CLOSE:
        sentence = sentence.removesuffix(close)
    return sentence


def lights(found: Iterable[Light]) -> str:
    """`绿灯 20 个、黄灯 3 个、红灯 2 个`."""
    counts = Counter(found)
    order = (Light.GREEN, Light.BLUE, Light.YELLOW, Light.RED, Light.GREY)
    return "、".join(f"{WORDS[each]}灯 {counts[each]} 个" for each in order if counts[each])
