"""The page on which a roll is made, and the download of the bank's workbook."""

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.jobs.views import board, board_alone
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties_open_to
from jimin.kernel.awards.models import Benefit

from ..jobs import Started, begin_rolls, underway
from ..models import Roll
from ..services import export_roll

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PrepareForm(forms.Form):
    area = forms.ModelChoiceField(
        label=gettext_lazy("县（市、区）"),
        queryset=Area.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": gettext_lazy("请选择县（市、区）。")},
    )
    benefit = forms.ChoiceField(
        label=gettext_lazy("待遇"),
        choices=Benefit.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    month = forms.CharField(
        label=gettext_lazy("发放月份"),
        help_text=gettext_lazy("例如 2016-07"),
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("请填写发放月份，例如 2016-07。")},
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.counties = counties_open_to(user, "prepare", "payments.roll")
        codes = [area.pk for area in self.counties]
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = Area.objects.filter(pk__in=codes)
        if len(codes) == 1:
            self.initial["area"] = codes[0]
        else:
            area.required, area.empty_label = False, _("我负责的全部县（市、区）")

    def chosen(self) -> list[Area]:
        area = self.cleaned_data["area"]
        return [area] if area else self.counties

    def clean_month(self) -> dt.date:
        text = unicodedata.normalize("NFKC", self.cleaned_data["month"]).strip()
        try:
            return dt.date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise ValidationError(_("发放月份应写成年月，例如 2016-07。")) from error


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """Make the roll of a month, or come to the one there is."""
    user = request.user
    assert isinstance(user, User)
    require(actor=user, verb="prepare", subject="payments.roll")
    form = PrepareForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        try:
            started = begin_rolls(
                actor=user,
                month=form.cleaned_data["month"],
                benefit=form.cleaned_data["benefit"],
                counties=form.chosen(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _go_on(request, started)
    working = board(request, underway(form.counties))
    if alone := board_alone(request, working):
        return alone
    status = 422 if form.errors else 200
    context = {"form": form, "working": working}
    return render(request, "payments/prepare.html", context, status=status)


def _go_on(request: HttpRequest, started: Started) -> HttpResponse:
    """To the roll where there is just one, else back to where the work is seen."""
    if not started.jobs and len(started.rolls) == 1:
        messages.success(request, _("名册已编制，等待另一人批准发放。"))
        return redirect("records:roll-page", started.rolls[0].pk)
    if started.jobs:
        said = _("正在后台编制 %(count)s 个县（市、区）的名册，可以离开本页。")
        messages.success(request, said % {"count": len(started.jobs)})
    if started.rolls:
        names = "、".join(roll.area.name for roll in started.rolls)
        said = _("%(names)s这个月已有名册，没有重复编制。")
        messages.info(request, said % {"names": names})
    return redirect("roll-prepare")


@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank's workbook; a POST, because every export is written into the log."""
    assert isinstance(request.user, User)
    roll = get_object_or_404(Roll, pk=pk)
    try:
        name, content = export_roll(actor=request.user, roll=roll)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("records:roll-page", roll.pk)
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": disposition})
