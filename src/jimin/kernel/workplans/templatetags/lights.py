"""Lights as a sign and a word, and exact numbers for people."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jimin.foundation.ui.templatetags.ui import lucide

from ..queries import words
from ..queries.shown import HEIGHT, WIDTH, Line
from ..rules.lights import Light
from ..rules.words import plain

register = template.Library()

SHOWN: dict[Light, tuple[str, Any]] = {
    Light.RED: ("circle-x", _("红灯")),
    Light.YELLOW: ("triangle-alert", _("黄灯")),
    Light.BLUE: ("clock", _("蓝灯")),
    Light.GREEN: ("circle-check", _("绿灯")),
    Light.GREY: ("circle-dashed", _("灰灯")),
}


@register.simple_tag
def light(name: str) -> SafeString:
    found = Light(name)
    icon, word = SHOWN[found]
    return format_html(
        '<span class="light light-{}">{} {}</span>', found, lucide(icon, size=18), word
    )


TRENDS: dict[str, tuple[str, Any]] = {
    "better": ("trending-up", _("比上期好转")),
    "same": ("minus", _("与上期持平")),
    "worse": ("trending-down", _("比上期变差")),
}
LINE = (
    '<svg class="spark spark-{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
    '<polyline class="spark-planned" points="{}"/><polyline class="spark-actual" points="{}"/>{}'
    "</svg>"
)


@register.simple_tag
def spark(lines: Mapping[int, Line], key: int) -> SafeString | str:
    """The course of a target: what was reached, and beneath it what was due."""
    line = lines.get(key)
    if line is None:
        return ""
    words = "、".join(str(SHOWN[Light(month.light)][1]) for month in line.months)
    x, y = line.last
    dot = format_html('<circle cx="{}" cy="{}" r="2"/>', x, y) if x else ""
    return format_html(
        LINE, line.light, WIDTH, HEIGHT, f"{_('各期')}：{words}", line.planned, line.actual, dot
    )


@register.simple_tag
def trend(lines: Mapping[int, Line], key: int) -> SafeString | str:
    line = lines.get(key)
    if line is None or not line.trend:
        return ""
    icon, word = TRENDS[line.trend]
    return format_html(
        '<span class="trend trend-{}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        line.trend,
        word,
        lucide(icon, size=18),
        word,
    )


@register.filter
def exact(value: Fraction | Decimal | int | None) -> str:
    """`1/3` as `0.33`, `15000` as `15,000`."""
    return "" if value is None else plain(value)


# What was promised, what was due by then, what was reached; the arithmetic beside its light.
register.filter("wanted", words.wanted)
register.filter("planned", words.planned)
register.filter("actual", words.actual)
register.filter("reason", words.reason)


@register.filter
def percent(value: Fraction | Decimal | int | None) -> str:
    """A fraction of one as a percentage."""
    return "" if value is None else f"{plain(Fraction(value) * 100)}%"


@register.filter
def whole_percent(value: Fraction | None) -> int:
    """For `<progress>`: 0 to 100."""
    return 0 if value is None else max(0, min(100, int(value * 100)))
