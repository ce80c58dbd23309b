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
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Benefit

from ..models import Roll
from ..services import export_roll, prepare_roll

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
        counties = Area.objects.filter(level=Area.Level.COUNTY, valid_to=None)
        codes = [area.pk for area in counties if user.may("prepare", "payments.roll", area.pk)]
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = counties.filter(pk__in=codes)
        if len(codes) == 1:
            self.initial["area"] = codes[0]

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
            roll = prepare_roll(
                actor=user,
                area=form.cleaned_data["area"],
                month=form.cleaned_data["month"],
                benefit=form.cleaned_data["benefit"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("名册已编制，等待另一人批准发放。"))
            return redirect("records:roll-page", roll.pk)
    status = 422 if form.errors else 200
    return render(request, "payments/prepare.html", {"form": form}, status=status)


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
