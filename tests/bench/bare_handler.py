"""The API's list of 100 persons beside a ninja handler that does the same and no more.

Both run in this process on the same rows, as the same clerk, through every middleware, in turn;
prints the median seconds of each. The bare one sends the same fields of the same rows, held to
the clerk's area, with their count; what is sealed it leaves out of the row and masks nothing.
"""

import datetime as dt
import json
import os
import sys
import time
from statistics import median
from typing import Any

WARM = 10


def main(rounds: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import override_settings

    from jimin.foundation.access.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    with override_settings(ROOT_URLCONF=__name__):
        client.force_login(User.objects.get(username="changyi.officer"))
        spent: dict[str, list[float]] = {
            "/api/person/?limit=100": [],
            "/bare/persons?limit=100": [],
        }
        for _round in range(WARM + rounds):
            for address, times in spent.items():
                begun = time.perf_counter()
                response = client.get(address)
                times.append(time.perf_counter() - begun)
                assert response.status_code == 200, response.content
                assert len(response.json()["items"]) == 100
    ours, bare = (median(times[WARM:]) for times in spent.values())
    print(json.dumps({"ours": ours, "bare": bare}))


def _patterns() -> list[Any]:
    from django.contrib.auth.decorators import login_not_required
    from django.http import HttpRequest
    from django.urls import URLPattern, path
    from ninja import NinjaAPI, Schema
    from ninja.security import SessionAuth

    from jimin.foundation.records.declare import registry
    from jimin.kernel.people.models import Person
    from jimin.project.urls import urlpatterns

    record = registry["people.person"]
    links = [n for n in record.fields if record.field_map[n].is_relation]
    plain = [n for n in record.fields if n not in links]

    class Link(Schema):
        id: str
        text: str

    kinds: dict[str, Any] = dict.fromkeys(plain, str | int | dt.date | None)
    kinds |= dict.fromkeys(links, Link | None)
    row = type("Row", (Schema,), {"__annotations__": {"id": int, **kinds}})
    page = type("Page", (Schema,), {"__annotations__": {"count": int, "items": list[row]}})  # type: ignore[valid-type]

    api = NinjaAPI(urls_namespace="bare", auth=SessionAuth(), docs_url=None)

    @api.get("/persons", response=page)
    def persons(request: HttpRequest, limit: int = 50) -> dict[str, Any]:
        rows = Person.objects.select_related(*links).order_by("pk")
        items = []
        for person in rows[:limit]:
            item = {"id": person.pk, **{name: getattr(person, name) for name in plain}}
            for name in links:
                linked = getattr(person, name)
                item[name] = linked and {"id": str(linked.pk), "text": str(linked)}
            items.append(item)
        return {"count": rows.count(), "items": items}

    patterns, _app, _space = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.callback is not None:
            pattern.callback = login_not_required(pattern.callback)
    return [path("bare/", (patterns, "ninja", "bare")), *urlpatterns]


def __getattr__(name: str) -> Any:
    """The addresses, made when Django asks for them: after its set-up."""
    if name == "urlpatterns":
        globals()["urlpatterns"] = _patterns()
        return globals()["urlpatterns"]
    raise AttributeError(name)


if __name__ == "__main__":
    main(int(sys.argv[1]))
