"""What an administrator does with users and posts, and what users do with their own password.

Nobody administers themselves: who gives out posts gets theirs from someone else.
"""

import datetime as dt
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.audit import services as audit

from . import second_factor, throttle, tokens
from .models import Post, Session, User
from .scope import System
from .services import require

SUBJECT = "access.user"


@transaction.atomic
def add_user(*, actor: User | System, username: str, name: str, password: str = "") -> User:
    """A user without posts. Without a password nobody can sign in as them yet."""
    require(actor=actor, verb="add", subject=SUBJECT)
    user = User(username=username.strip(), name=name.strip())
    user.full_clean()
    if password:
        _set_password(user, password)
        user.password_from = User.PasswordFrom.OFFICE
    user.save()
    values = {"username": [None, user.username], "name": [None, user.name]}
    audit.log(actor=actor, obj=user, verb="add", values=values)
    return user


@transaction.atomic
def reset_password(*, actor: User | System, user: User, password: str) -> None:
    """A password to hand over; its owner must choose another before anything else.

    Whoever knew the old one may have made tokens: they end.
    """
    user = _other(actor, user, "reset_password")
    _set_password(user, password)
    user.password_from = User.PasswordFrom.OFFICE
    user.save()
    Session.objects.filter(user=user).delete()
    throttle.forget(throttle.ACCOUNT, user.username)
    values = {"tokens_revoked": count} if (count := tokens.revoke_all(user)) else None
    audit.log(actor=actor, obj=user, verb="reset_password", values=values)


def change_password(*, actor: User, old: str, new: str, session_key: str = "") -> None:
    """The user's own new password. Every other browser is signed out."""
    attempt = (throttle.ACCOUNT, actor.username)
    throttle.count_attempt(attempt)
    if not actor.check_password(old):
        raise ValidationError({"old": _("原密码不对。请重新输入。")})
    throttle.forget(*attempt)
    if old == new:
        raise ValidationError({"new": _("新密码与原密码相同。请另设一个。")})
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        _set_password(user, new, name="new")
        user.password_from = User.PasswordFrom.SELF
        user.save()
        Session.objects.filter(user=user).exclude(session_key=session_key).delete()
        audit.log(actor=user, obj=user, verb="change_password")
    actor.refresh_from_db()


@transaction.atomic
def deactivate(*, actor: User | System, user: User, reason: str) -> None:
    """Out of use at once, sessions and tokens with it. What the user did stays under their name."""
    user = _other(actor, user, "deactivate")
    if not user.is_active:
        raise ValidationError(_("这个账号已经停用。"))
    user.is_active = False
    user.save()
    Session.objects.filter(user=user).delete()
    values: dict[str, Any] = {"is_active": [True, False]}
    if count := tokens.revoke_all(user):
        values["tokens_revoked"] = count
    audit.log(actor=actor, obj=user, verb="deactivate", values=values, reason=reason)


@transaction.atomic
def reactivate(*, actor: User | System, user: User, reason: str) -> None:
    user = _other(actor, user, "reactivate")
    if user.is_active:
        raise ValidationError(_("这个账号正在使用，不必恢复。"))
    user.is_active = True
    user.save()
    values = {"is_active": [False, True]}
    audit.log(actor=actor, obj=user, verb="reactivate", values=values, reason=reason)


@transaction.atomic
def remove_second_factor(*, actor: User | System, user: User, reason: str) -> None:
    """For a lost phone, after the office has made sure who asks."""
    user = _other(actor, user, "remove_second_factor")
    second_factor.discard(user)
    Session.objects.filter(user=user).delete()
    throttle.forget(throttle.SECOND_FACTOR, user.pk)
    audit.log(actor=actor, obj=user, verb="remove_second_factor", reason=reason)


@transaction.atomic
def end_sign_ins(*, actor: User | System, user: User, reason: str) -> None:
    """Sign the user out everywhere."""
    user = _other(actor, user, "end_sign_ins")
    count, _each = Session.objects.filter(user=user).delete()
    audit.log(actor=actor, obj=user, verb="end_sign_ins", values={"ended": count}, reason=reason)


@transaction.atomic
def unlock(*, actor: User | System, user: User) -> None:
    """Forget wrong attempts, so that the owner need not wait."""
    user = _other(actor, user, "unlock")
    throttle.forget(throttle.ACCOUNT, user.username)
    throttle.forget(throttle.SECOND_FACTOR, user.pk)
    audit.log(actor=actor, obj=user, verb="unlock")


@transaction.atomic
def hold_post(
    *, actor: User | System, user: User, role: str, area: str, valid_from: dt.date
) -> Post:
    """Give a post, at an area where the actor may give posts."""
    require(actor=actor, verb="hold_post", subject=SUBJECT, area=area)
    user = _other(actor, user, "hold_post")
    if not user.is_active:
        raise ValidationError(_("这个账号已停用，不能任职。请先恢复使用。"))
    post = Post(user=user, role=role, area_id=area, valid_from=valid_from)
    post.full_clean()
    held = Post.objects.filter(user=user, role=role, area_id=area)
    if any(post.overlaps(other) for other in held):
        raise ValidationError(_("此人在这段时间已任这个岗位。"))
    post.save()
    values = {"post": str(post), "valid_from": str(valid_from)}
    audit.log(actor=actor, obj=user, verb="hold_post", values=values)
    return post


@transaction.atomic
def leave_post(*, actor: User | System, user: User, post: Post, valid_to: dt.date) -> None:
    """End a post; `valid_to` is the last day it is held."""
    require(actor=actor, verb="leave_post", subject=SUBJECT, area=post.area_id)
    user = _other(actor, user, "leave_post")
    post = Post.objects.select_for_update().get(pk=post.pk, user=user)
    if post.valid_to is not None:
        raise ValidationError({"post": _("这个岗位已经离任。")})
    post.valid_to = valid_to
    if post.valid_to < post.valid_from:
        raise ValidationError({"valid_to": _("离任日期不能早于任职日期。")})
    post.save()
    values = {"post": str(post), "valid_to": str(valid_to)}
    audit.log(actor=actor, obj=user, verb="leave_post", values=values)


@transaction.atomic
def end_sign_in(*, actor: User, session: Session) -> None:
    """End one of the actor's own sign-ins."""
    if session.user_id != actor.pk:
        raise PermissionDenied(_("这不是您的登录。"))
    values = {"address": session.address, "agent": session.agent}
    session.delete()
    audit.log(actor=actor, obj=actor, verb="end_sign_in", values=values)


def _other(actor: User | System, user: User, verb: str) -> User:
    """The user's row, held; refused to whoever may not, and to oneself."""
    require(actor=actor, verb=verb, subject=SUBJECT)
    if isinstance(actor, User) and actor.pk == user.pk:
        raise ValidationError(_("不能给自己办理。请由另一位管理员办理。"))
    return User.objects.select_for_update().get(pk=user.pk)


def _set_password(user: User, password: str, name: str = "password") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error
    user.set_password(password)
