"""What the pages that enter a family's facts have in common."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.kernel.areas.queries import full_name
from jimin.kernel.cases.models import Case
from jimin.kernel.people.models import Household

from ..records.facts import FactsForm

Form = TypeVar("Form", bound=FactsForm)


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def household_for(request: HttpRequest, pk: int, verb: str) -> Household:
    """The household, if the user's post allows the verb where it lives."""
    found = get_object_or_404(Household.objects.select_related("area", "head"), pk=pk)
    require(actor=user_of(request), verb=verb, subject="dibao", area=found.area_id)
    return found


def day_of(request: HttpRequest) -> tuple[dt.date | None, str]:
    """The day it was done, or what is wrong with what was entered as one."""
    text = request.POST.get("on", "")
    try:
        return (dt.date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, _("办理日期应为年月日，例如 2016-07-04。")


def form_of(
    form: type[Form], household: Household, user: User, data: Any, on: dt.date | None = None
) -> Form:
    case = Case(procedure="dibao", area=household.area, household=household)
    return form(data, case=case, actor=user, on=on or timezone.localdate())


def field_checked(request: HttpRequest, form: FactsForm) -> HttpResponse:
    """What is wrong with one field of the form being filled in."""
    name = request.GET.get("field", "")
    if name not in form.fields:
        raise Http404
    form.is_valid()
    return render(request, "cases/_field_error.html", {"field": form[name]})


def facts_page(
    request: HttpRequest,
    household: Household,
    form: FactsForm,
    context: Mapping[str, Any],
    problem: str,
    status: int,
) -> HttpResponse:
    today = timezone.localdate().isoformat()
    shown = {
        "household": household,
        "where": full_name(household.area_id),
        "form": form,
        "on": form.data.get("on") or today,
        "today": today,
        "problem": problem,
        "errors": form.summary() if form.is_bound else [],
        **context,
    }
    return render(request, "assistance/family.html", shown, status=status)
