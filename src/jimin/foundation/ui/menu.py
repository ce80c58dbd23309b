"""The menu: entries declared by the project, shown to those who may open them."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Entry:
    """`subject` and `verb` are those of the access matrix; `address` is the name of a URL."""

    label: Any
    icon: str
    address: str
    subject: str
    verb: str = "view"
    group: Any = ""


def entries(request: HttpRequest) -> list[dict[str, Any]]:
    user = request.user
    shown = [
        {"entry": entry, "href": reverse(entry.address)}
        for entry in import_string(settings.MENU)
        if user.is_authenticated and user.may(entry.verb, entry.subject)
    ]
    current = _current(request.path, [item["href"] for item in shown])
    return [{**item, "current": item["href"] == current} for item in shown]


def _current(path: str, addresses: list[str]) -> str:
    """The entry a page belongs to: the longest address the page's own begins with."""
    above = [href for href in addresses if path == href or (href != "/" and path.startswith(href))]
    return max(above, key=len, default="")


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "menu": SimpleLazyObject(lambda: entries(request)),
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
    }
