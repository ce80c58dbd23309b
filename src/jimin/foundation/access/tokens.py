"""Tokens of the API: what a program signs in with, in place of its owner's password.

A token does at most what its owner may, of that only what its scope names, and only until its
day. It is shown once; a keyed digest is kept.
"""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import keys

from . import throttle
from .labels import words_of
from .models import Token, User
from .scope import System
from .services import require

PAGE = "page.tokens"
MARK = "jm_"  # lets a program that looks for secrets in files know one
SEEN_EVERY = dt.timedelta(minutes=1)
HEAD = 7
NOT_BY_API = frozenset({"import", "export", "unmask"})  # asked for on pages, by people


def offered(user: User) -> dict[str, list[str]]:
    """What a token of this user could be given: every verb they hold, in the matrix's words."""
    found: dict[str, set[str]] = {}
    for post in user.held:
        for subject, verbs in post.role_of.grants.items():
            if not subject.startswith("page."):
                found.setdefault(subject, set()).update(verbs - NOT_BY_API)
    return {subject: sorted(verbs) for subject, verbs in sorted(found.items()) if verbs}


def create(
    *,
    actor: User,
    name: str,
    expires_on: dt.date,
    scope: Mapping[str, Iterable[str]],
    password: str,
) -> tuple[Token, str]:
    """A new token and its secret, which nobody can be shown again. Asks for the password."""
    require(actor=actor, verb="view", subject=PAGE)
    _check_password(actor, password)
    latest = timezone.localdate() + dt.timedelta(days=settings.TOKEN_DAYS)
    if not timezone.localdate() < expires_on <= latest:
        raise ValidationError(
            {
                "expires_on": _("到期日应在明天至 %(latest)s 之间（最长 %(days)s 天）。")
                % {"latest": latest, "days": settings.TOKEN_DAYS}
            }
        )
    secret = MARK + secrets.token_urlsafe(32)
    token = Token(
        user=actor,
        name=name.strip(),
        head=secret[:HEAD],
        digest=_digest(secret),
        scope=_held_part(actor, scope),
        expires_on=expires_on,
    )
    token.full_clean()
    with transaction.atomic():
        token.save()
        values = {"token": str(token), "expires_on": str(expires_on), "scope": in_words(token)}
        audit.log(actor=actor, obj=actor, verb="add_token", values=values)
    return token, secret


def _held_part(actor: User, scope: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The scope as it is kept. Who may do something there also sees it, if the owner does."""
    mine = offered(actor)
    kept = {}
    for subject, verbs in scope.items():
        wanted = set(verbs)
        if not wanted <= set(mine.get(subject, ())):
            raise ValidationError({"grants": _("令牌的范围超出了您的岗位。请重新勾选。")})
        if wanted:
            kept[subject] = sorted(wanted | ({"view"} & set(mine[subject])))
    if not kept:
        raise ValidationError({"grants": _("请至少勾选一项这个令牌可以做的事。")})
    return kept


def _check_password(actor: User, password: str) -> None:
    attempt = (throttle.ACCOUNT, actor.username)
    throttle.count_attempt(attempt)
    if not actor.check_password(password):
        raise ValidationError({"password": _("密码不对。请重新输入。")})
    throttle.take_back(attempt)


@transaction.atomic
def revoke(*, actor: User | System, token: Token, reason: str = "") -> None:
    """Ends at once. The owner's own, or another's for who may."""
    if not isinstance(actor, User) or actor.pk != token.user_id:
        require(actor=actor, verb="revoke_token", subject="access.user")
    token = Token.objects.select_for_update().select_related("user").get(pk=token.pk)
    if token.revoked_at is not None:
        raise ValidationError({"token": _("这个令牌已经撤销。")})
    token.revoked_at = timezone.now()
    token.save()
    values = {"token": str(token)}
    audit.log(actor=actor, obj=token.user, verb="revoke_token", values=values, reason=reason)


def revoke_all(user: User) -> int:
    """All of a user's, as a part of what is logged by the caller; returns how many."""
    return Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def use(secret: str, *, address: str) -> Token | None:
    """The token of a secret, if it is good now, with its owner holding its scope."""
    token = (
        Token.objects.select_related("user")
        .filter(digest=_digest(secret), revoked_at=None, user__is_active=True)
        .first()
    )
    now = timezone.now()
    if token is None or token.is_over or not token.user.may("view", PAGE):
        return None
    if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
        token.last_used_at, token.last_address = now, address
        Token.objects.filter(pk=token.pk).update(last_used_at=now, last_address=address)
    token.user.token = token
    return token


def described(user: User) -> list[dict[str, Any]]:
    """A user's tokens, newest first, their scope in the words of the matrix."""
    found = []
    for token in Token.objects.filter(user=user).order_by("-created_at", "-pk"):
        scope = []
        for subject, verbs in token.scope.items():
            words = words_of(subject)
            scope.append((words.label, [words.verb(verb) for verb in verbs]))
        found.append({"token": token, "scope": scope})
    return found


def in_words(token: Token) -> str:
    """The scope for the history, in the names of the access file."""
    return "; ".join(f"{subject} {' '.join(verbs)}" for subject, verbs in token.scope.items())


def _digest(secret: str) -> str:
    return keys().digest_of(f"token:{secret}")
