"""A case on one page, and the steps that can be taken from it."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.documents.services import papers_of
from jimin.kernel.areas.queries import full_name

from ..models import Case
from ..rules import PROCEDURES, Step
from ..services import NoteForm, StepForm, StepRefused, available_steps, take_step
from ..services.words import show, tell


def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _case(pk))


@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The form of one step; POST takes it."""
    case, user = _case(pk), _user(request)
    wanted = _step(case, step)
    require(actor=user, verb=wanted.name, subject=case.procedure, area=case.area_id)
    if request.method == "GET":
        possible = dict(available_steps(actor=user, case=case))
        if wanted not in possible or possible[wanted]:
            bar = possible.get(wanted) or _("本件现在不能办理“%(step)s”。") % {"step": wanted.label}
            return _page(request, case, problem=bar, status=409)
        return _form_page(request, case, wanted, _form(case, wanted, user))
    on, problem = _day(request)
    form = _form(case, wanted, user, request.POST, on)
    if problem:
        form.is_valid()
        return _form_page(request, case, wanted, form, problem, status=422)
    try:
        take_step(
            actor=user,
            case=case,
            step=wanted.name,
            data=request.POST,
            token=request.POST.get("token", ""),
            version=_version(request),
            on=on,
        )
    except StepRefused as refused:
        form.is_valid()
        return _form_page(request, case, wanted, form, " ".join(refused.messages), status=409)
    except ValidationError as error:
        problem = "" if form.errors or not form.is_valid() else " ".join(error.messages)
        return _form_page(request, case, wanted, form, problem, status=422)
    messages.success(request, _("已办理：%(step)s。") % {"step": wanted.label})
    return redirect("case", pk=case.pk)


@require_POST
def check_field(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """What is wrong with one field, for the form that is being filled in."""
    case, user = _case(pk), _user(request)
    wanted = _step(case, step)
    require(actor=user, verb=wanted.name, subject=case.procedure, area=case.area_id)
    return field_errors(request, _form(case, wanted, user, request.POST, _day(request)[0]))


def field_errors(request: HttpRequest, form: StepForm) -> HttpResponse:
    """The errors of the one field named in the query, as a fragment."""
    name = request.GET.get("field", "")
    if name not in form.fields:
        raise Http404
    form.is_valid()
    return render(request, "cases/_field_error.html", {"field": form[name]})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _case(pk: int) -> Case:
    return get_object_or_404(Case.objects.select_related("area", "household__head"), pk=pk)


def _step(case: Case, name: str) -> Step:
    step = PROCEDURES[case.procedure].step(name)
    if step is None or not step.sources:
        raise Http404
    return step


def _form(
    case: Case,
    step: Step,
    user: User,
    data: Any = None,
    on: dt.date | None = None,
) -> StepForm:
    form_class: type[StepForm] = step.form or NoteForm
    return form_class(data, case=case, actor=user, on=on or timezone.localdate())


def _day(request: HttpRequest) -> tuple[dt.date | None, str]:
    """The day the step was taken, as entered; with a sentence if it is none."""
    text = request.POST.get("on", "")
    if not text:
        return None, ""
    try:
        return dt.date.fromisoformat(text), ""
    except ValueError:
        return None, _("办理日期应为年月日，例如 2016-07-04。")


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None


def _step_context(case: Case, step: Step, form: StepForm) -> dict[str, Any]:
    return {
        "step": step,
        "form": form,
        "action": reverse("case-step", args=[case.pk, step.name]),
        "check": reverse("case-check", args=[case.pk, step.name]),
        "token": form.data.get("token") or uuid.uuid4().hex,
        "version": form.data.get("version") or case.version,
        "on": form.data.get("on") or timezone.localdate().isoformat(),
        "today": timezone.localdate().isoformat(),
    }


def _form_page(
    request: HttpRequest,
    case: Case,
    step: Step,
    form: StepForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **_matter(case),
        **_step_context(case, step, form),
        "problem": problem,
        "errors": form.summary() if form.is_bound else [],
    }
    return render(request, "cases/step.html", context, status=status)


def _matter(case: Case) -> dict[str, Any]:
    procedure = PROCEDURES[case.procedure]
    try:
        matter = procedure.describe(case) if procedure.describe else {}
    except ValidationError as error:
        matter = {"matter_problem": " ".join(error.messages)}
    return {
        "case": case,
        "shown": show(case, timezone.localdate()),
        "where": full_name(case.area_id),
        "procedure": procedure,
        **matter,
    }


def _page(request: HttpRequest, case: Case, problem: str = "", status: int = 200) -> HttpResponse:
    user = _user(request)
    steps = available_steps(actor=user, case=case)
    ready = [step for step, bar in steps if not bar and not step.is_grave]
    context: dict[str, Any] = {
        **_matter(case),
        "problem": problem,
        "barred": list(dict.fromkeys(bar for step, bar in steps if bar and not step.is_grave)),
        "others": [step for step, bar in steps if not bar and step not in ready[:1]],
        "events": [tell(event, case.procedure) for event in case.events.order_by("-order")],
        "papers": papers_of(case) if user.may("view", "documents.document") else [],
    }
    if ready:
        context |= _step_context(case, ready[0], _form(case, ready[0], user))
    return render(request, "cases/case.html", context, status=status)
