"""The monthly run on a page: start it, look at what it proposes, approve it.

Both are done by jobs, whose progress the same pages show.
"""

import datetime as dt
from collections.abc import Sequence
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
from jimin.foundation.jobs.views import board, board_alone
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties_open_to

from ..jobs import begin_approval, begin_month, underway
from ..models import MonthLine, MonthRun
from ..records.facts import MonthField

PER_PAGE = 50


class MonthForm(forms.Form):
    month = MonthField(
        label=gettext_lazy("核定月份"),
        error_messages={"required": gettext_lazy("请填写核定月份，例如 2016-07。")},
    )

    area = forms.ModelChoiceField(
        label=gettext_lazy("县（市、区）"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=gettext_lazy("我负责的全部县（市、区）"),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": gettext_lazy("请选择您负责的县（市、区）。")},
    )

    def __init__(self, *args: Any, counties: Sequence[Area], **options: Any) -> None:
        super().__init__(*args, **options)
        self.counties = counties
        self.fields["month"].widget.attrs["class"] = "form-control"
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = Area.objects.filter(pk__in=[county.pk for county in counties])
        if len(counties) == 1:
            del self.fields["area"]

    def chosen(self) -> list[Area]:
        area = self.cleaned_data.get("area")
        return [area] if area else list(self.counties)


@require_http_methods(["GET", "HEAD", "POST"])
def month_list(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    require(actor=user, verb="view", subject="page.months")
    counties = counties_open_to(user, "assess_month", "dibao")
    form = MonthForm(request.POST if request.method == "POST" else None, counties=counties)
    if request.method == "POST":
        require(actor=user, verb="assess_month", subject="dibao")
        if form.is_valid():
            _begin(request, user, form)
            return redirect("dibao-months")
    working = board(request, underway(user))
    if alone := board_alone(request, working):
        return alone
    runs = MonthRun.objects.select_related("area", "run_by", "approved_by")
    context = {
        "form": form,
        "working": working,
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
            job = begin_approval(actor=user, run=run)
            said = (
                _("已开始办理，完成后待遇自当月起变动。") if job else _("已批准过，没有重复办理。")
            )
            messages.success(request, said)
            return redirect("dibao-month", pk=run.pk)
        except ValidationError as error:
            problem = " ".join(error.messages)
    working = board(request, underway(user).filter(values__run=run.pk))
    if alone := board_alone(request, working):
        return alone
    lines = MonthLine.objects.filter(run=run)
    wanted = request.GET.get("proposal", "")
    shown = lines.filter(proposal=wanted) if wanted in MonthLine.Proposal.values else lines
    shown = shown.select_related("household__head", "household__area").order_by("household_id")
    context = {
        "run": run,
        "problem": problem,
        "working": working,
        "counts": _counts(lines),
        "wanted": wanted,
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "may_approve": run.state == MonthRun.State.PROPOSED
        and not working["is_moving"]
        and run.run_by_id != user.pk
        and user.may("approve_month", "dibao", run.area_id),
    }
    return render(request, "assistance/month.html", context, status=409 if problem else 200)


def _begin(request: HttpRequest, user: User, form: MonthForm) -> None:
    month: dt.date = form.cleaned_data["month"]
    started = begin_month(actor=user, month=month, counties=form.chosen())
    if started.jobs:
        said = _("正在后台核定 %(count)s 个县（市、区），可以离开本页，完成后列在下面。")
        messages.success(request, said % {"count": len(started.jobs)})
    if started.runs:
        names = "、".join(run.area.name for run in started.runs)
        said = _("%(names)s这个月已经核定过，没有重复核定。")
        messages.info(request, said % {"names": names})


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
