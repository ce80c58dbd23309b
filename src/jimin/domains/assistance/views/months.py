"""The monthly run on a page: start it, look at what it proposes, approve it."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require

from ..models import MonthLine, MonthRun
from ..records.facts import MonthField
from ..services import approve_month, assess_month

PER_PAGE = 50


class MonthForm(forms.Form):
    month = MonthField(
        label=gettext_lazy("核定月份"),
        error_messages={"required": gettext_lazy("请填写核定月份，例如 2016-07。")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"].widget.attrs["class"] = "form-control"


@require_http_methods(["GET", "HEAD", "POST"])
def month_list(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    require(actor=user, verb="view", subject="page.months")
    form = MonthForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(actor=user, verb="assess_month", subject="dibao")
        if form.is_valid() and _assess(request, user, form):
            return redirect("dibao-months")
    runs = MonthRun.objects.select_related("area", "run_by", "approved_by")
    context = {
        "form": form,
        "page": Paginator(runs, PER_PAGE).get_page(request.GET.get("page")),
        "may_assess": user.may("assess_month", "dibao"),
    }
    return render(request, "assistance/months.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def month_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run proposes; POST approves it."""
    user = _user(request)
    require(actor=user, verb="view", subject="page.months")
    run = get_object_or_404(MonthRun.objects.select_related("area", "run_by", "approved_by"), pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            approve_month(actor=user, run=run)
            messages.success(request, _("已批准，待遇自当月起变动。"))
            return redirect("dibao-month", pk=run.pk)
        except ValidationError as error:
            problem = " ".join(error.messages)
    lines = MonthLine.objects.filter(run=run)
    wanted = request.GET.get("proposal", "")
    shown = lines.filter(proposal=wanted) if wanted in MonthLine.Proposal.values else lines
    shown = shown.select_related("household__head", "household__area").order_by("household_id")
    context = {
        "run": run,
        "problem": problem,
        "counts": _counts(lines),
        "wanted": wanted,
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "may_approve": run.state == MonthRun.State.PROPOSED
        and run.run_by_id != user.pk
        and user.may("approve_month", "dibao", run.area_id),
    }
    return render(request, "assistance/month.html", context, status=409 if problem else 200)


def _assess(request: HttpRequest, user: User, form: MonthForm) -> bool:
    month: dt.date = form.cleaned_data["month"]
    try:
        runs = assess_month(actor=user, month=month)
    except ValidationError as error:
        form.add_error("month", error)
        return False
    total = sum(run.households for run in runs)
    messages.success(request, _("已核定 %(count)s 户，等待另一人批准。") % {"count": total})
    return True


def _counts(lines: models.QuerySet[MonthLine]) -> list[dict[str, Any]]:
    found = {
        row["proposal"]: row
        for row in lines.order_by()
        .values("proposal")
        .annotate(households=models.Count("id"), amount=models.Sum("amount"))
    }
    return [
        {"value": value, "label": label, **found[value]}
        for value, label in MonthLine.Proposal.choices
        if value in found
    ]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
