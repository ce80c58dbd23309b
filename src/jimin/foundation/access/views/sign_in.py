"""Name and password, then the code where a second factor is bound."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jimin.foundation.audit import services as audit

from .. import signing_in
from ..forms import CodeForm, SignInForm
from ..models import User
from ..second_factor import factor_of
from ..throttle import Blocked

REFUSED, TOO_MANY = 422, 429


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return redirect(next_of(request))
    if request.method == "GET":
        return _show(request, "access/sign_in.html", SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _show(request, "access/sign_in.html", form, REFUSED)
    try:
        user = signing_in.check_password(request=request, **form.cleaned_data)
    except (signing_in.NotSignedIn, Blocked) as refusal:
        return _refused(request, "access/sign_in.html", form, refusal)
    if factor_of(user) is not None:
        signing_in.await_code(request, user)
        request.session["next"] = next_of(request)
        return redirect("sign-in-code")
    signing_in.enter(request, user, with_second_factor=False)
    return redirect(next_of(request))


@sensitive_post_parameters("code")
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    user = signing_in.awaited(request)
    if user is None:
        return redirect("sign-in")
    if request.method == "GET":
        return _show(request, "access/sign_in_code.html", CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, "access/sign_in_code.html", form, REFUSED)
    try:
        signing_in.check_code(request=request, user=user, code=form.cleaned_data["code"])
    except (signing_in.NotSignedIn, Blocked) as refusal:
        return _refused(request, "access/sign_in_code.html", form, refusal)
    to = request.session.pop("next", None) or resolve_url(settings.LOGIN_REDIRECT_URL)
    signing_in.enter(request, user, with_second_factor=True)
    return redirect(to)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        audit.log(actor=request.user, obj=request.user, verb="sign_out")
    logout(request)
    return redirect("sign-in")


def next_of(request: HttpRequest) -> str:
    """Where the user was going; never to another host, never back to the door."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours or to.startswith((reverse("sign-in"), reverse("sign-out"))):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return to


def _refused(
    request: HttpRequest, template: str, form: forms.Form, refusal: Exception
) -> HttpResponse:
    form.add_error(None, str(refusal))
    is_blocked = isinstance(refusal, Blocked)
    return _show(request, template, form, TOO_MANY if is_blocked else REFUSED)


def _show(request: HttpRequest, template: str, form: forms.Form, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "idle_minutes": settings.SESSION_IDLE_AGE // 60,
    }
    return render(request, template, context, status=status)
