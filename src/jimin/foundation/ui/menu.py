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
    shown = []
    for entry in import_string(settings.MENU):
        if user.is_authenticated and user.may(entry.verb, entry.subject):
            href = reverse(entry.address)
            current = request.path == href or (href != "/" and request.path.startswith(href))
            shown.append({"entry": entry, "href": href, "current": current})
    return shown


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "menu": SimpleLazyObject(lambda: entries(request)),
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
    }
