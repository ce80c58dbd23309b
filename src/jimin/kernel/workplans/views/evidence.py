"""What reports rest on: adding, handing out, and the reviewer's verdict."""

import mimetypes

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jimin.foundation.access.services import require

from ..models import Evidence, Report
from ..services import reports
from .common import allow, done, tried
from .forms import EvidenceFields


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a piece to a report that is already in."""
    user = allow(request)
    report: Report = get_object_or_404(
        Report.objects.select_related("target__plan", "target__task", "area"), pk=pk
    )
    reports.require_reporter(actor=user, target=report.target, area=report.area)
    form = EvidenceFields(request.POST or None, request.FILES or None, initial={"kind": "file"})
    back = f"{reverse('plan-target', args=[report.target_id])}?on={report.on}"
    if request.method == "POST" and tried(
        request,
        form,
        lambda: reports.add_evidence(actor=user, report=report, item=_item(form)),
        _("已附佐证。"),
    ):
        return redirect(back)
    context = {
        "form": form,
        "report": report,
        "plan": report.target.plan,
        "title": _("附佐证"),
        "intro": str(report.target),
        "back": back,
        "missing": [Evidence.Kind(kind).label for kind in reports.missing_kinds(report)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/form.html", context, status=status)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request)
    found: Evidence = get_object_or_404(Evidence, pk=pk)
    if not found.file:
        raise Http404(_("这件佐证没有文件。"))
    try:
        content = reports.read_evidence(actor=user, item=found)
    except ValidationError as error:
        return HttpResponse("\n".join(error.messages), status=409, content_type="text/plain")
    kind = mimetypes.guess_type(str(found.file.name))[0] or "application/octet-stream"
    disposition = content_disposition_header(True, found.title) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request)
    found: Evidence = get_object_or_404(Evidence.objects.select_related("report"), pk=pk)
    require(actor=user, verb="verify", subject="workplans.report", area=found.report.area_id)
    back = f"{reverse('plan-target', args=[found.report.target_id])}?on={found.report.on}"
    return done(
        request,
        back,
        lambda: reports.judge_evidence(
            actor=user,
            item=found,
            verdict=request.POST.get("verdict", ""),
            note=request.POST.get("note", ""),
        ),
        _("核实意见已登记。"),
    )


def _item(form: EvidenceFields) -> reports.Item:
    item = form.item()
    if item is None:
        raise ValidationError({"kind": _("请选择佐证种类。")})
    return item
