"""Small helpers every page may use."""

from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.http import HttpRequest
from lucide.templatetags.lucide import _render_icon

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int = 24) -> str:
    """An icon as inline SVG. Drawn once: a page shows dozens, and their XML is slow to write."""
    return _icon(name + "", size)


@cache
def _icon(name: str, size: int) -> str:
    return _render_icon(name, size)


@register.filter
def yuan(value: Decimal | int | None) -> str:
    """`1234.5` as `1,234.50`; nothing for nothing."""
    return "" if value is None else f"{value:,.2f}"


@register.filter
def may_view(user: Any, subject: str) -> bool:
    """Whether the access matrix lets the user see a page or register."""
    return bool(user.is_authenticated and user.may("view", subject))


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query string with some values changed; None removes one."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}"
