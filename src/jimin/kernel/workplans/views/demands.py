"""Demands: the list, one with its paper, its reply and its close."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jimin.foundation.access.services import require
from jimin.foundation.documents.services import read
from jimin.foundation.documents.writers import WRITERS

from ..models import Demand
from ..services import demands
from .common import allow, find_plan, tried
from .forms import CloseForm, ReplyForm


@require_safe
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """Every demand of the plan that the reader may see, open ones first."""
    allow(request)
    found = find_plan(pk)
    rows = Demand.objects.filter(target__plan=found).select_related("target", "area", "document")
    context = {
        "plan": found,
        "open": [row for row in rows if row.closed_on is None],
        "closed": [row for row in rows if row.closed_on is not None],
    }
    return render(request, "workplans/demands.html", context)


@require_safe
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it was issued."""
    user = allow(request)
    found = _find(request, pk)
    if found.document is None:
        raise Http404(_("这件督办没有文书。"))
    try:
        content = read(actor=user, document=found.document)
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    name = f"{found.document.title} {found.document.number}.docx"
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition}
    return HttpResponse(content, content_type=WRITERS["docx"][0], headers=headers)


@require_http_methods(["POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    user = allow(request)
    demands.require_answering(actor=user, demand=found)
    form = ReplyForm(request.POST)
    if tried(
        request,
        form,
        lambda: demands.reply_demand(actor=user, demand=found, **form.cleaned_data),
        _("已回复。"),
    ):
        return redirect(reverse("plan-demand", args=[pk]))
    return _page(request, found, reply=form, status=422)


@require_http_methods(["POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    user = allow(request)
    require(actor=user, verb="supervise", subject="workplans.report", area=found.area_id)
    form = CloseForm(request.POST)
    if tried(
        request,
        form,
        lambda: demands.close_demand(actor=user, demand=found, **form.cleaned_data),
        _("已办结。"),
    ):
        return redirect(reverse("plan-demand", args=[pk]))
    return _page(request, found, close=form, status=422)


def _find(request: HttpRequest, pk: int) -> Demand:
    allow(request)
    found: Demand = get_object_or_404(
        Demand.objects.select_related(
            "target__plan", "target__task", "area", "document", "replied_by"
        ),
        pk=pk,
    )
    return found


def _page(
    request: HttpRequest,
    found: Demand,
    reply: ReplyForm | None = None,
    close: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = allow(request)
    is_open = found.closed_on is None
    may_reply = is_open and not found.replied_on and demands.may_reply(user, found)
    may_close = (
        is_open
        and user.may("supervise", "workplans.report", found.target.plan.area_id)
        and (found.replied_on is not None or found.level == Demand.Level.REMIND)
    )
    context = {
        "demand": found,
        "plan": found.target.plan,
        "form": reply or close,
        "reply": (reply or ReplyForm()) if may_reply else None,
        "close": (close or CloseForm()) if may_close else None,
        "others": Demand.objects.filter(target=found.target, area=found.area)
        .exclude(pk=found.pk)
        .select_related("document"),
    }
    return render(request, "workplans/demand.html", context, status=status)
