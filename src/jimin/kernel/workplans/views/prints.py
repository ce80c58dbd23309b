"""The papers of the plan, and the scorecards."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from jimin.foundation.documents.writers import WRITERS
from jimin.kernel.areas.models import Area

from .. import queries
from ..models import ScoreEntry, Task
from ..queries.prints import PRINTS
from ..rules.scores import scoring
from ..services.scores import enter_score
from .common import allow, day_of, find_plan, months_of, tried
from .forms import DayField, Dressed


@require_safe
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be printed of a day."""
    allow(request)
    found = find_plan(pk)
    context = {
        "plan": found,
        "on": day_of(request, found),
        "months": months_of(found),
        "prints": [(name, label) for name, (label, _make) in PRINTS.items()],
        "kinds": list(WRITERS),
    }
    return render(request, "workplans/papers.html", context)


@require_safe
def printed(request: HttpRequest, pk: int, name: str, kind: str) -> HttpResponse:
    """One paper as a file, made from the ledger on the day asked for, in Chinese for everybody."""
    allow(request)
    found = find_plan(pk)
    if name not in PRINTS or kind not in WRITERS:
        raise Http404(_("没有这种文书。"))
    label, make = PRINTS[name]
    on = day_of(request, found)
    mime, write = WRITERS[kind]
    try:
        with translation.override("zh-hans"):
            content = write(make(found, on))
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    file_name = f"{found.year} 年{label} {on}.{kind}"
    disposition = content_disposition_header(True, file_name) or "attachment"
    return HttpResponse(content, content_type=mime, headers={"Content-Disposition": disposition})


class ScoreForm(Dressed):
    """Points or a veto for an office."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=ScoreEntry.Kind.choices)
    unit = forms.ChoiceField(label=gettext_lazy("单位"), required=False)
    area = forms.ModelChoiceField(
        label=gettext_lazy("县（市、区）"),
        queryset=Area.objects.filter(level="county", valid_to=None),
        required=False,
    )
    points = forms.DecimalField(
        label=gettext_lazy("分值"), max_digits=5, decimal_places=2, required=False
    )
    on = DayField(label=gettext_lazy("日期"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)
    number = forms.CharField(label=gettext_lazy("依据文号"), max_length=60)

    def __init__(self, *args: object, units: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((unit, unit) for unit in units)]

    def clean_points(self) -> Decimal:
        return self.cleaned_data["points"] or Decimal(0)


@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: HttpRequest, pk: int) -> HttpResponse:
    """Scorecards of units and counties with their arithmetic; points are entered here."""
    user = allow(request)
    found = find_plan(pk)
    on = day_of(request, found)
    may_enter = user.may("manage", "workplans.plan", found.area_id)
    leads = Task.objects.filter(plan=found).exclude(lead_unit="").order_by("lead_unit")
    units = list(leads.values_list("lead_unit", flat=True).distinct())
    form = ScoreForm(request.POST or None, units=units)
    if request.method == "POST" and tried(
        request,
        form,
        lambda: enter_score(actor=user, plan=found, **form.cleaned_data),
        _("已登记。"),
    ):
        return redirect(f"{reverse('plan-scores', args=[pk])}?on={on}")
    cards = queries.scorecards(queries.shown(found, on).ledger, queries.expected_up_to(found, on))
    context = {
        "plan": found,
        "on": on,
        "months": months_of(found),
        "cards": [(_("单位"), cards[0]), (_("县（市、区）"), cards[1])],
        "rules": scoring(on),
        "entries": ScoreEntry.objects.filter(plan=found).select_related("area", "entered_by"),
        "form": form if may_enter else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/scores.html", context, status=status)
