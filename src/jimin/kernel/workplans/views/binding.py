"""Deciding which indicator computes a target."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ..rules.binding import SUITS, suggestions
from ..rules.indicators import INDICATORS
from ..services import binding
from .common import allow, day_of, find_target, months_of, tried
from .forms import Dressed


class BindForm(Dressed):
    indicator = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明理由，例如口径核对的结果。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest, pk: int) -> HttpResponse:
    """Suggestions by words; `?try=` shows what an indicator would say before it is bound."""
    user = allow(request, "manage")
    found = find_target(pk)
    on = day_of(request, found.plan)
    chosen = INDICATORS.get(request.GET.get("try", ""))
    if chosen is not None and found.aggregation not in SUITS[chosen.kind]:
        chosen = None
    form = BindForm(request.POST or None, initial={"indicator": chosen.name if chosen else ""})
    if request.method == "POST" and tried(
        request,
        form,
        lambda: binding.bind_target(actor=user, target=found, **form.cleaned_data),
        _("绑定已保存。"),
    ):
        return redirect(f"{reverse('plan-target', args=[pk])}?on={on}")
    suggested = suggestions(found.subject, found.aggregation, INDICATORS.all())
    named = {each.indicator.name for each in suggested}
    context = {
        "target": found,
        "plan": found.plan,
        "on": on,
        "months": months_of(found.plan),
        "suggested": suggested,
        "others": [
            each
            for each in INDICATORS.all()
            if each.name not in named and found.aggregation in SUITS[each.kind]
        ],
        "chosen": chosen,
        "bound": INDICATORS.get(found.indicator),
        "row": binding.dry_run(found, chosen.name, on) if chosen else None,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/bind.html", context, status=status)
