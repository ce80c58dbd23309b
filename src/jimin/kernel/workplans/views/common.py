"""Finding, checking and dates, shared by the pages of the plan."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_date

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require

from .. import queries
from ..models import Plan, Target
from ..rules.indicators import month_end


def allow(request: HttpRequest, verb: str = "view") -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    require(actor=request.user, verb=verb, subject="workplans.plan")
    return request.user


def find_plan(pk: int) -> Plan:
    return get_object_or_404(Plan.objects.select_related("area"), pk=pk)


def day_of(request: HttpRequest, plan: Plan | None) -> dt.date:
    """The day asked for (`2016-06` or `2016-06-30`), or the plan's own."""
    asked = request.GET.get("on", "")
    try:
        if len(asked) == len("2016-06"):
            return month_end(int(asked[:4]), int(asked[5:]))
        if found := parse_date(asked):
            return found
    except ValueError:  # the thirteenth month, the thirtieth of February
        pass
    return queries.default_day(plan) if plan else timezone.localdate()


def months_of(plan: Plan) -> list[dt.date]:
    """The ends of the months of the plan's year that have begun."""
    today = timezone.localdate()
    ends = [month_end(plan.year, month) for month in range(1, 13)]
    return [end for end in ends if end.replace(day=1) <= today]


def add_errors(form: Form, error: ValidationError) -> None:
    """Put a service's refusal where the reader can act on it."""
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
    else:
        form.add_error(None, error.messages)


def find_target(pk: int) -> Target:
    """With all that its page shows of it."""
    targets = queries.with_terms(Target.objects.all())
    found: Target = get_object_or_404(
        targets.select_related("plan__area", "task", "part_of").prefetch_related(
            "allocation__quotas__area"
        ),
        pk=pk,
    )
    return found


def done(request: HttpRequest, back: str, action: Callable[[], Any], said: str) -> HttpResponse:
    """Do it and go back; a refusal is shown there."""
    try:
        action()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, said)
    return redirect(back)


def tried(request: HttpRequest, form: Form, action: Callable[[], Any], said: str) -> bool:
    """Whether a valid form was carried out; what the service refuses is written into it."""
    if not form.is_valid():
        return False
    try:
        action()
    except ValidationError as error:
        add_errors(form, error)
        return False
    messages.success(request, said)
    return True
