"""Recording what is known anew of a family on the books, between two months."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jimin.kernel.people.models import Household

from .. import queries
from ..records.forms import RevisionForm
from ..services import bar_of_review, review_family
from .families import day_of, facts_page, field_checked, form_of, household_for, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: HttpRequest, household: int) -> HttpResponse:
    user, family = user_of(request), household_for(request, household, "declare")
    if request.method != "POST":
        return _page(request, family, form_of(RevisionForm, family, user, None))
    on, problem = day_of(request)
    form = form_of(RevisionForm, family, user, request.POST, on)
    if not form.is_valid() or problem:
        return _page(request, family, form, problem, status=422)
    seen = request.POST.get("version", "")
    try:
        review_family(
            actor=user,
            household=family,
            data=form.cleaned_data,
            on=on,
            seen=int(seen) if seen.isdecimal() else None,
        )
    except ValidationError as error:
        status = 422 if hasattr(error, "error_dict") else 409
        return _page(request, family, form, " ".join(error.messages), status=status)
    messages.success(request, _("已登记复核结果，下次月度核定按新情况提出建议。"))
    return redirect("dibao-review", household=family.pk)


@require_POST
def check_field(request: HttpRequest, household: int) -> HttpResponse:
    family = household_for(request, household, "declare")
    form = form_of(RevisionForm, family, user_of(request), request.POST, day_of(request)[0])
    return field_checked(request, form)


def _page(
    request: HttpRequest,
    household: Household,
    form: RevisionForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    declaration = queries.current_declaration(household)
    context = {
        "title": _("登记复核结果"),
        "version": form.data.get("version") or (declaration.pk if declaration else ""),
        "step": {"label": _("登记复核结果")},
        "action": reverse("dibao-review", args=[household.pk]),
        "check": reverse("dibao-review-check", args=[household.pk]),
    }
    problem = problem or bar_of_review(household)
    return facts_page(request, household, form, context, problem, status)
