"""Taking an application: choose the household, then fill in one form."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.services import require
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import StepRefused
from jimin.kernel.people.models import Household

from .. import queries
from ..records.forms import ApplicationForm
from ..services import apply
from .families import day_of, facts_page, field_checked, form_of, household_for, user_of

MOST_FOUND = 20


def choose(request: HttpRequest) -> HttpResponse:
    """Find the household by its head's name, pinyin initials, or its number."""
    user = user_of(request)
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
    user, family = user_of(request), household_for(request, household, "apply")
    on, problem = day_of(request)
    data = request.POST if request.method == "POST" else None
    form = form_of(ApplicationForm, family, user, data, on)
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
    family = household_for(request, household, "apply")
    form = form_of(ApplicationForm, family, user_of(request), request.POST, day_of(request)[0])
    return field_checked(request, form)


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


def _bar(household: Household) -> str:
    """What would stop the application anyway, said before the form is filled in."""
    if other := queries.open_application(household):
        return _("这个家庭已有未办结的申请 %(number)s，请在该件中办理。") % {"number": other.number}
    if queries.open_award(household):
        return _("这个家庭已在享受低保，不需要再申请；情况有变化请办理复核。")
    return ""


def _page(
    request: HttpRequest,
    household: Household,
    form: ApplicationForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    may_review = user_of(request).may("declare", "dibao", household.area_id)
    is_paid = queries.open_award(household) is not None
    context = {
        "title": _("登记低保申请"),
        "step": PROCEDURES["dibao"].step("apply"),
        "action": reverse("dibao-apply-household", args=[household.pk]),
        "check": reverse("dibao-apply-check", args=[household.pk]),
        "token": form.data.get("token") or uuid.uuid4().hex,
        "review": reverse("dibao-review", args=[household.pk]) if is_paid and may_review else "",
    }
    return facts_page(request, household, form, context, problem, status)
