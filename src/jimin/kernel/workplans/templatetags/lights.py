"""Lights as a sign and a word, and exact numbers for people."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

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


@register.filter
def exact(value: Fraction | Decimal | int | None) -> str:
    """`1/3` as `0.33`, `15000` as `15,000`."""
    return "" if value is None else plain(value)


@register.filter
def percent(value: Fraction | Decimal | int | None) -> str:
    """A fraction of one as a percentage."""
    return "" if value is None else f"{plain(Fraction(value) * 100)}%"


@register.filter
def whole_percent(value: Fraction | None) -> int:
    """For `<progress>`: 0 to 100."""
    return 0 if value is None else max(0, min(100, int(value * 100)))
