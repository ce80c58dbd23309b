"""The rules in force, to be read: what `jimin policy page` writes, as pages of the program."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.policies import Policy, benefit_of, load_policy, policy_names
from jimin.policies.document import benefit_body, whole_page
from jimin.policies.languages import language_of

PAGES_KEPT = 40


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy with its benefits. Only the labels: no book is opened for it."""
    _may_read(request)
    found = []
    for name in policy_names():
        policy, told = load_policy(name), language_of(name, _code()).text
        labels = [(one, told(benefit_of(one).label)) for one in policy.benefits]
        found.append({"policy": policy, "label": told(policy.label), "benefits": labels})
    return render(request, "policy/policies.html", {"policies": found})


@require_safe
def benefit(request: HttpRequest, policy: str, benefit: str) -> HttpResponse:
    _may_read(request)
    loaded = _policy(policy)
    if benefit not in loaded.benefits:
        raise Http404
    told = language_of(policy, _code()).text
    context = {
        "policy": loaded,
        "policy_label": told(loaded.label),
        "label": told(benefit_of(benefit).label),
        "body": _body(policy, benefit, _code()),
    }
    return render(request, "policy/benefit.html", context)


@require_safe
def file(request: HttpRequest, policy: str) -> HttpResponse:
    """The whole policy as one HTML file, to be kept or sent on."""
    _may_read(request)
    loaded = _policy(policy)
    response = HttpResponse(_file(policy, _code()), content_type="text/html; charset=utf-8")
    name = f"{language_of(policy, _code()).text(loaded.label)}-{loaded.version}.html"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _may_read(request: HttpRequest) -> None:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    require(actor=request.user, verb="view", subject="page.policies")


def _policy(name: str) -> Policy:
    if name not in policy_names():
        raise Http404
    return load_policy(name)


def _code() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@lru_cache(maxsize=PAGES_KEPT)
def _body(policy: str, benefit: str, code: str) -> SafeString:
    """Kept, for a policy does not change while the program runs."""
    # Jinja has escaped everything; the declarations are part of the program.
    return mark_safe(benefit_body(load_policy(policy), benefit, code))  # noqa: S308


@lru_cache(maxsize=2)
def _file(policy: str, code: str) -> str:
    return whole_page(load_policy(policy), code)


urlpatterns = [
    path("policies/", policies, name="policies"),
    path("policies/<slug:policy>/file/", file, name="policy-file"),
    path("policies/<slug:policy>/<slug:benefit>/", benefit, name="policy-benefit"),
]
