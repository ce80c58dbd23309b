"""A row of the ledger in words, for pages and papers."""

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Target
from ..rules.indicators import Kind
from ..rules.lights import WORDS, Light
from ..rules.words import plain, with_unit
from .rows import Row

SIGNS = {">=": "≥", "<=": "≤", "=": "", ">": ">", "<": "<", "≈": gettext_lazy("约"), "range": ""}
CLOSE = (" → 绿", " → 黄", " → 红", " → 蓝", " → 灰")


def wanted(target: Target) -> str:
    """`≥ 2,400 张`, `零发生`."""
    if target.aggregation == Target.Aggregation.ZERO:
        return _("零发生")
    if target.value is None:
        return _("不低于%(reference)s") % {"reference": target.reference}
    if target.comparator == Target.Comparator.RANGE and target.high is not None:
        return f"{plain(target.value)}–{with_unit(target.high, target.unit)}"
    return f"{SIGNS[target.comparator]} {with_unit(target.value, target.unit)}".strip()


def actual(row: Row) -> str:
    """What was reached, in the measure of its kind."""
    standing = row.standing
    if standing.actual is None:
        return _("无数据")
    number = plain(standing.actual)
    match row.goal.kind:
        case Kind.RELATIONAL if standing.planned is not None:
            known = {"good": number, "all": plain(standing.planned)}
            return _("%(good)s/%(all)s 个地区达标") % known
        case Kind.PER_UNIT:
            return _("%(share)s%% 的单位达标") % {"share": number}
        case Kind.CAP:
            return _("%(number)s 件违反") % {"number": number}
    return with_unit(standing.actual, row.goal.unit)


def planned(row: Row) -> str:
    """What was due by then; a dash where nothing is."""
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
