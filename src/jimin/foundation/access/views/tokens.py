"""The user's own tokens for programs: made, shown once, revoked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import tokens
from ..forms import TokenForm
from ..models import Token, User
from ..services import require
from ..throttle import Blocked
from .own import REFUSED, TOO_MANY, user_of


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    require(actor=user, verb="view", subject=tokens.PAGE)
    offered = tokens.offered(user)
    if request.method != "POST":
        return _page(request, user, TokenForm(offered=offered))
    form = TokenForm(request.POST, offered=offered)
    if not form.is_valid():
        return _page(request, user, form, REFUSED)
    try:
        token, secret = tokens.create(actor=user, **form.arguments())
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, user, form, REFUSED)
    except Blocked as blocked:
        form.add_error(None, str(blocked))
        return _page(request, user, form, TOO_MANY)
    context = {"token": token, "secret": secret, "tab": "tokens", "root": settings.API_ROOT}
    response = render(request, "access/token_made.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    require(actor=user, verb="view", subject=tokens.PAGE)
    key = request.POST.get("token", "")
    token = Token.objects.filter(user=user, pk=key).first() if key.isdecimal() else None
    try:
        if token is not None:
            tokens.revoke(actor=user, token=token)
    except ValidationError as error:
        messages.info(request, error.messages[0])
    else:
        messages.success(request, _("令牌已撤销，用它的程序不能再进入。"))
    return redirect("my-tokens")


def _page(request: HttpRequest, user: User, form: TokenForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "tokens": tokens.described(user),
        "days": settings.TOKEN_DAYS,
        "tab": "tokens",
    }
    return render(request, "access/my_tokens.html", context, status=status)
