"""What dibao can tell the work plan, computed from awards, rolls, standards and statistics."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jimin.kernel.awards.rules import month_of
from jimin.kernel.workplans.models import OfficialStatistic
from jimin.kernel.workplans.queries import statistics_for
from jimin.kernel.workplans.rules.indicators import INDICATORS, Cut, Indicator, Kind, Period
from jimin.kernel.workplans.rules.words import Number, plain

from .. import queries

Names = OfficialStatistic.Name
UNITS = {"urban": "元/人·月", "rural": "元/人·年"}


def _households(cut: Cut, period: Period) -> Mapping[str, Number]:
    found = queries.awards_by_part(cut, month_of(period.end))
    return {code: part["households"] for code, part in found.items()}


def _due(cut: Cut, period: Period) -> Mapping[str, Number]:
    found = queries.awards_by_part(cut, month_of(period.end))
    return {code: part["due"] for code, part in found.items()}


def _paid(what: str, cut: Cut, period: Period, *, this_month: bool) -> Mapping[str, Number]:
    last = month_of(period.end)
    first = last if this_month else month_of(period.start)
    return {code: part[what] for code, part in queries.paid_by_part(cut, first, last).items()}


def _awards(area: str, period: Period) -> str:
    return _list("records:award", area=area, month=f"{period.end:%Y-%m}")


def _rolls(area: str, period: Period, *, this_month: bool) -> str:
    last = month_of(period.end)
    first = last if this_month else month_of(period.start)
    return _list("records:roll", area=area, month__gte=str(first), month__lte=str(last))


def _list(name: str, **filters: str) -> str:
    return f"{reverse(name)}?{urlencode(filters)}"


def _standard(residence: str, cut: Cut, period: Period) -> Mapping[str, Number]:
    """Standards are set by county: other parts have none."""
    if cut.level != "county":
        return {}
    return queries.yearly_standards(residence, month_of(period.end))


def _reference(name: str, years_back: int, cut: Cut, period: Period) -> Mapping[str, Number]:
    codes = queries.standards("rural", month_of(period.end))
    found = statistics_for(name, codes, period.end.year - years_back)
    return {code: entry.value for code, entry in found.items()}


def _basis(
    residence: str, name: str, years_back: int, cut: Cut, period: Period
) -> Mapping[str, str]:
    """`400 元/人·月（2016-01-01 起，示例）× 12 ÷ 24,901 元/年（吉林省 2015 年，示例）`."""
    year = period.end.year - years_back
    figures = queries.standards(residence, month_of(period.end))
    entries = statistics_for(name, figures, year)
    return {
        code: " ÷ ".join(
            (
                _standard_words(residence, figure),
                _statistic_words(entries[code]) if code in entries else _missing(name, year),
            )
        )
        for code, figure in figures.items()
    }


def _standard_words(residence: str, figure: Any) -> str:
    mark = "示例" if figure.status == "example" else figure.source
    said = f"{plain(figure.value)} {UNITS[residence]}（{figure.since} 起，{mark}）"
    return f"{said}× 12" if residence == "urban" else said


def _statistic_words(entry: OfficialStatistic) -> str:
    place = entry.area.name if entry.area else "全国"
    said = f"{plain(entry.value)} {entry.unit}（{place} {entry.year} 年"
    return f"{said}，{entry.get_mark_display()}）"


def _missing(name: str, year: int) -> str:
    return f"缺少 {year} 年{Names(name).label}，请先登记"


def _standards_list(name: str, area: str, period: Period) -> str:
    """The list of standards and what they are measured by is the indicator's own page."""
    return f"{reverse('plan-indicator', args=[name])}?on={period.end}#part-{area}"


INDICATORS.register(
    Indicator(
        name="dibao_households",
        label=_("低保户数"),
        kind=Kind.STOCK,
        unit=_("户"),
        definition=_("期末所在月份有低保待遇的家庭数。"),
        source=_("待遇登记簿"),
        numerator=_households,
        drill_down=_awards,
    )
)
INDICATORS.register(
    Indicator(
        name="dibao_paid",
        label=_("低保金发放额"),
        kind=Kind.FLOW,
        unit=_("元"),
        definition=_("期内各月已批准发放的名册金额之和，不含暂缓发放。"),
        source=_("发放名册"),
        numerator=partial(_paid, "paid", this_month=False),
        drill_down=partial(_rolls, this_month=False),
        is_money=True,
    )
)
INDICATORS.register(
    Indicator(
        name="dibao_households_paid",
        label=_("在保家庭当月发放率"),
        kind=Kind.RATIO,
        unit="%",
        definition=_("期末所在月份已批准发放的户数 ÷ 当月有低保待遇的户数。"),
        source=_("发放名册、待遇登记簿"),
        numerator=partial(_paid, "paid_households", this_month=True),
        denominator=_households,
        numerator_label=_("已发放户数"),
        denominator_label=_("在保户数"),
        drill_down=_awards,
    )
)
INDICATORS.register(
    Indicator(
        name="dibao_amount_paid",
        label=_("低保金足额发放率"),
        kind=Kind.RATIO,
        unit="%",
        definition=_("期末所在月份已批准发放的金额 ÷ 当月各户应发金额之和。"),
        source=_("发放名册、待遇登记簿"),
        numerator=partial(_paid, "paid", this_month=True),
        denominator=_due,
        numerator_label=_("已发放金额（元）"),
        denominator_label=_("应发金额（元）"),
        drill_down=partial(_rolls, this_month=True),
        is_money=True,
    )
)


def _declare_floor(
    name: str, label: Any, residence: str, statistic: str, years_back: int, definition: Any
) -> None:
    bound: Callable[..., Any] = partial(_reference, statistic, years_back)
    INDICATORS.register(
        Indicator(
            name=name,
            label=label,
            kind=Kind.RELATIONAL,
            unit="%",
            definition=definition,
            source=_("政策参数、统计数"),
            numerator=partial(_standard, residence),
            denominator=bound,
            basis=partial(_basis, residence, statistic, years_back),
            numerator_label=_("低保标准（元/人·年）"),
            denominator_label=Names(statistic).label,
            drill_down=partial(_standards_list, name),
        )
    )


_declare_floor(
    "dibao_urban_to_income",
    _("城市低保标准占上年城镇收入的比例"),
    "urban",
    Names.URBAN_INCOME,
    1,
    _("城市低保月标准 × 12 ÷ 上年城镇居民人均可支配收入；本地没有数时用上一级的数。"),
)
_declare_floor(
    "dibao_rural_to_income",
    _("农村低保标准占上年农村收入的比例"),
    "rural",
    Names.RURAL_INCOME,
    1,
    _("农村低保年标准 ÷ 上年农村居民人均可支配收入；本地没有数时用上一级的数。"),
)
_declare_floor(
    "dibao_rural_to_poverty_line",
    _("农村低保标准与扶贫标准之比"),
    "rural",
    Names.POVERTY_LINE,
    0,
    _("农村低保年标准 ÷ 当年农村扶贫标准；100% 为持平。"),
)
