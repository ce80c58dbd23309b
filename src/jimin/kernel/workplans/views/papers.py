"""A paper of the plan on its way from draft to number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..models import Deliverable, Plan
from ..services import papers
from .common import allow, tried
from .forms import PaperForm


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    user = allow(request)
    found: Deliverable = get_object_or_404(
        Deliverable.objects.select_related("plan__area", "task"), pk=pk
    )
    may_advance = (
        user.may("report", "workplans.report", found.plan.area_id)
        and found.plan.state == Plan.State.IN_FORCE
    )
    form = PaperForm(request.POST or None, initial={"progress": found.progress})

    def advance() -> None:
        given = form.cleaned_data
        is_issued = given["progress"] == Deliverable.Progress.ISSUED
        papers.advance_paper(
            actor=user,
            paper=found,
            progress=given["progress"],
            number=given["number"],
            issued_on=given["on"] if is_issued else None,
            on=given["on"],
            note=given["note"],
        )

    if request.method == "POST" and tried(request, form, advance, _("文件进展已登记。")):
        return redirect(reverse("plan-paper", args=[pk]))
    context = {
        "paper": found,
        "plan": found.plan,
        "steps": found.steps.select_related("recorded_by"),
        "form": form if may_advance else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workplans/paper.html", context, status=status)
