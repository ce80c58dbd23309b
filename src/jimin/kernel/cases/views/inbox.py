"""待办 / 已办 / 办结: the desk of everybody who handles cases."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User

from .. import queries
from ..models import Case
from ..rules import PROCEDURES, SOON, Procedure
from ..services.words import show

PER_PAGE = 25
TABS = {"todo": _("待办"), "handled": _("已办"), "closed": _("办结")}
DUES = {"over": _("已超期"), "soon": _("三天内到期"), "later": _("尚有时间"), "none": _("无时限")}


def inbox(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    if not user.may("view", "page.inbox"):
        raise PermissionDenied
    today = timezone.localdate()
    lists = {
        "todo": queries.to_do(user),
        "handled": queries.handled(user),
        "closed": queries.closed(),
    }
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in lists else "todo"
    cases = _filtered(request, lists[tab], today)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": [
            {"name": name, "label": TABS[name], "count": found.order_by().count()}
            for name, found in lists.items()
        ],
        "overdue": queries.overdue(lists["todo"], today).order_by().count(),
        "rows": [show(case, today) for case in page],
        "page": page,
        "states": _states(),
        "dues": DUES.items(),
        "openings": _openings(user),
    }
    template = "cases/_list.html" if request.htmx else "cases/inbox.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _openings(user: User) -> list[Procedure]:
    """The procedures in which the user may open a case."""
    return [
        procedure
        for procedure in PROCEDURES.values()
        if procedure.opening_page and user.may(procedure.opening, procedure.name)
    ]


def _states() -> list[tuple[str, object]]:
    return [
        (f"{procedure.name}.{state.name}", state.label)
        for procedure in PROCEDURES.values()
        for state in procedure.states
        if not state.is_closed
    ]


def _filtered(
    request: HttpRequest, cases: models.QuerySet[Case], today: dt.date
) -> models.QuerySet[Case]:
    procedure, _dot, state = request.GET.get("state", "").partition(".")
    if procedure and state:
        cases = cases.filter(procedure=procedure, state=state)
    due = request.GET.get("due", "")
    edge = today + dt.timedelta(days=SOON + 1)
    if due == "over":
        cases = cases.filter(due_on__lt=today)
    elif due == "soon":
        cases = cases.filter(due_on__gte=today, due_on__lt=edge)
    elif due == "later":
        cases = cases.filter(due_on__gte=edge)
    elif due == "none":
        cases = cases.filter(due_on=None)
    found = queries.search(cases, request.GET.get("q", ""))
    return found.select_related("area__parent")
