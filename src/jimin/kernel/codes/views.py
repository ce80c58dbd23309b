"""The pages of the data dictionary: all lists, one list with its codes, and that as a file."""

import csv

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require

from .rules import CodeList, code_lists

SUBJECT = "page.codes"
STATUSES = {
    "seen": gettext_lazy("已与公开代码表核对"),
    "to_check": gettext_lazy("须对照标准原文核对"),
    "own": gettext_lazy("本平台自编"),
}


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    _may(request)
    rows = [(one, STATUSES[one.newest.status]) for one in code_lists().values()]
    return render(request, "codes/lists.html", {"rows": rows})


@require_safe
def one_list(request: HttpRequest, name: str) -> HttpResponse:
    """The codes of a list, newest edition first; `q` leaves those whose code or name has it."""
    found = _found(request, name)
    wanted = request.GET.get("q", "").strip()
    editions = [
        {
            "edition": edition,
            "status": STATUSES[edition.status],
            "items": [
                item for item in edition.items.items() if not wanted or wanted in " ".join(item)
            ],
        }
        for edition in reversed(found.editions)
    ]
    return render(request, "codes/list.html", {"list": found, "editions": editions, "q": wanted})


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """The newest edition as CSV, for whoever prepares a table to import."""
    found = _found(request, name)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{found.label}.csv")
    writer = csv.writer(response)
    writer.writerow([_("代码"), _("名称")])
    writer.writerows(found.newest.items.items())
    return response


def _found(request: HttpRequest, name: str) -> CodeList:
    _may(request)
    found = code_lists().get(name)
    if found is None:
        raise Http404(_("没有这个代码表。"))
    return found


def _may(request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    require(actor=request.user, verb="view", subject=SUBJECT)


urlpatterns = [
    path("codes/", lists, name="codes"),
    path("codes/<slug:name>/", one_list, name="code-list"),
    path("codes/<slug:name>/table/", table, name="code-table"),
]
