"""What users look after themselves: their sign-ins, their password, their second factor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jimin.foundation.audit.models import Entry

from .. import accounts, second_factor
from ..forms import CodeForm, PasswordForm
from ..models import SecondFactor, Session, User
from ..signing_in import SECOND_FACTOR
from ..throttle import Blocked

REFUSED, TOO_MANY = 422, 429
FAILURES_SHOWN = 10


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    failed = Entry.objects.filter(
        subject="access.user", key=str(user.pk), verb="sign_in_failed"
    ).order_by("-id")[:FAILURES_SHOWN]
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
    context = {
        "sign_ins": [
            {"row": row, "number": number, "is_here": row.pk == request.session.session_key}
            for number, row in enumerate(rows)
        ],
        "failed": [(entry.at, entry.values.get("address", "")) for entry in failed],
        "tab": "sign-ins",
    }
    return render(request, "access/my_sign_ins.html", context)


@require_POST
def end_sign_in(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in that began at the given moment: the session's key stays on the server."""
    user = user_of(request)
    for row in Session.objects.filter(user=user):
        if row.began_at is not None and row.began_at.isoformat() == request.POST.get("began"):
            accounts.end_sign_in(actor=user, session=row)
            messages.success(request, _("已让那台设备退出登录。"))
            break
    else:
        messages.info(request, _("那台设备已经退出登录。"))
    return redirect("my-sign-ins")


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method == "GET":
        return _password_page(request, PasswordForm())
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _password_page(request, form, REFUSED)
    old, new = form.cleaned_data["old"], form.cleaned_data["new"]
    key = request.session.session_key or ""
    try:
        accounts.change_password(actor=user, old=old, new=new, session_key=key)
    except ValidationError as error:
        form.add_error(None, error)
        return _password_page(request, form, REFUSED)
    except Blocked as blocked:
        form.add_error(None, str(blocked))
        return _password_page(request, form, TOO_MANY)
    update_session_auth_hash(request, user)
    messages.success(request, _("密码已修改，其他设备上的登录都已退出。"))
    return redirect("my-sign-ins")


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """How things stand; while a factor is being bound, the picture and the field for a code."""
    user = user_of(request)
    if request.method == "GET":
        return _factor_page(request, user)
    form = CodeForm(request.POST)
    codes = _with_code(form, lambda code: second_factor.confirm_enrolment(actor=user, code=code))
    if codes is None:
        return _factor_page(request, user, form)
    request.session[SECOND_FACTOR] = True
    return _show_codes(request, codes)


@require_POST
def begin_enrolment(request: HttpRequest) -> HttpResponse:
    try:
        second_factor.begin_enrolment(actor=user_of(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("my-second-factor")


@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    user, form = user_of(request), CodeForm(request.POST)
    codes = _with_code(form, lambda code: second_factor.renew_codes(actor=user, code=code))
    if codes is None:
        return _factor_page(request, user, form)
    return _show_codes(request, codes)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    user, form = user_of(request), CodeForm(request.POST)

    def take_off(code: str) -> list[str]:
        second_factor.remove(actor=user, code=code)
        return []

    if _with_code(form, take_off) is None:
        return _factor_page(request, user, form)
    request.session.pop(SECOND_FACTOR, None)
    messages.success(request, _("已解除动态口令绑定。"))
    return redirect("my-second-factor")


def _with_code(form: CodeForm, act: Any) -> list[str] | None:
    """Do what the code allows; None, with the form saying why, if it does not."""
    if not form.is_valid():
        return None
    try:
        codes: list[str] = act(form.cleaned_data["code"])
    except ValidationError as error:
        form.add_error(None, error)
    except Blocked as blocked:
        form.add_error(None, str(blocked))
    else:
        return codes
    return None


def _factor_page(request: HttpRequest, user: User, form: forms.Form | None = None) -> HttpResponse:
    factor = SecondFactor.objects.filter(user=user).first()
    is_bound = factor is not None and factor.confirmed_at is not None
    context: dict[str, Any] = {
        "form": form or CodeForm(),
        "factor": factor,
        "is_bound": is_bound,
        "is_demanded": user.needs_second_factor,
        "codes_left": second_factor.codes_left(user) if is_bound else 0,
        "tab": "second-factor",
    }
    if factor is not None and not is_bound:
        context["picture"] = mark_safe(second_factor.qr_code(factor))  # noqa: S308  our own SVG
        secret = factor.secret
        context["key"] = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    status = REFUSED if form is not None and form.errors else 200
    return render(request, "access/my_second_factor.html", context, status=status)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Once, in the answer to this request: they are kept nowhere."""
    return render(request, "access/recovery_codes.html", {"codes": codes, "tab": "second-factor"})


def _password_page(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "is_owed": user_of(request).must_change_password,
        "tab": "password",
    }
    return render(request, "access/my_password.html", context, status=status)
