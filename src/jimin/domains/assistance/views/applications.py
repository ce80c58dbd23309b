"""Taking an application: choose the household, then fill in one form."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.kernel.areas.queries import full_name
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import StepRefused
from jimin.kernel.people.models import Household

from .. import queries
from ..records.forms import ApplicationForm
from ..services import apply

MOST_FOUND = 20


def choose(request: HttpRequest) -> HttpResponse:
    """Find the household by its head's name, pinyin initials, or its number."""
    user = _user(request)
    require(actor=user, verb="apply", subject="dibao")
    text = request.GET.get("q", "").strip()
    found = list(_search(text)[: MOST_FOUND + 1]) if text else []
    context = {
        "q": text,
        "found": found[:MOST_FOUND],
        "has_more": len(found) > MOST_FOUND,
        "most": MOST_FOUND,
        "may_register": user.may("add", "people.household"),
    }
    template = "assistance/_found.html" if request.htmx else "assistance/choose.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def apply_page(request: HttpRequest, household: int) -> HttpResponse:
    user, family = _user(request), _household(request, household)
    on, problem = _day(request)
    data = request.POST if request.method == "POST" else None
    form = _form(family, user, data, on)
    if request.method == "GET":
        return _page(request, family, form, _bar(family))
    if problem:
        form.is_valid()
        return _page(request, family, form, problem, status=422)
    try:
        case = apply(
            actor=user,
            household=family,
            data=request.POST,
            token=request.POST.get("token", ""),
            on=on,
        )
    except StepRefused as refused:
        form.is_valid()
        return _page(request, family, form, " ".join(refused.messages), status=409)
    except ValidationError as error:
        problem = "" if form.errors or not form.is_valid() else " ".join(error.messages)
        return _page(request, family, form, problem, status=422)
    messages.success(request, _("已登记申请 %(number)s。") % {"number": case.number})
    return redirect("case", pk=case.pk)


@require_POST
def check_field(request: HttpRequest, household: int) -> HttpResponse:
    """What is wrong with one field of the form being filled in."""
    family = _household(request, household)
    form = _form(family, _user(request), request.POST, _day(request)[0])
    name = request.GET.get("field", "")
    if name not in form.fields:
        raise Http404
    form.is_valid()
    return render(request, "cases/_field_error.html", {"field": form[name]})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _household(request: HttpRequest, pk: int) -> Household:
    found = get_object_or_404(Household.objects.select_related("area", "head"), pk=pk)
    require(actor=_user(request), verb="apply", subject="dibao", area=found.area_id)
    return found


def _search(text: str) -> models.QuerySet[Household]:
    return (
        Household.objects.filter(dissolved_on=None)
        .filter(
            models.Q(number__startswith=text)
            | models.Q(head__name__startswith=text)
            | models.Q(head__initials__startswith=text.lower())
            | models.Q(members__person__name=text, members__left_on=None)
        )
        .select_related("area__parent", "head")
        .distinct()
        .order_by("area_id", "number")
    )


def _form(
    household: Household, user: User, data: Any, on: dt.date | None = None
) -> ApplicationForm:
    case = Case(procedure="dibao", area=household.area, household=household)
    return ApplicationForm(data, case=case, actor=user, on=on or timezone.localdate())


def _bar(household: Household) -> str:
    """What would stop the application anyway, said before the form is filled in."""
    if other := queries.open_application(household):
        return _("这个家庭已有未办结的申请 %(number)s，请在该件中办理。") % {"number": other.number}
    if queries.open_award(household):
        return _("这个家庭已在享受低保，不需要再申请；情况有变化请办理复核。")
    return ""


def _day(request: HttpRequest) -> tuple[dt.date | None, str]:
    text = request.POST.get("on", "")
    try:
        return (dt.date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, _("办理日期应为年月日，例如 2016-07-04。")


def _page(
    request: HttpRequest,
    household: Household,
    form: ApplicationForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate().isoformat()
    context = {
        "household": household,
        "where": full_name(household.area_id),
        "form": form,
        "step": PROCEDURES["dibao"].step("apply"),
        "action": reverse("dibao-apply-household", args=[household.pk]),
        "check": reverse("dibao-apply-check", args=[household.pk]),
        "token": form.data.get("token") or uuid.uuid4().hex,
        "on": form.data.get("on") or today,
        "today": today,
        "problem": problem,
        "errors": form.summary() if form.is_bound else [],
    }
    return render(request, "assistance/apply.html", context, status=status)
