"""The register of users. Everything but their names is done by actions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import (
    Action,
    ActionForm,
    Column,
    ReasonForm,
    RecordType,
    Section,
    Tab,
)

from . import accounts, tokens
from .forms import PASSWORD_HINT, new_password_field
from .matrix import matrix
from .models import Post, Session, Token, User
from .second_factor import factor_of


class PasswordResetForm(ActionForm):
    password = new_password_field(_("新密码"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = PASSWORD_HINT


class HoldPostForm(ActionForm):
    role = forms.ChoiceField(label=_("角色"), error_messages={"required": _("请选择角色。")})
    area = forms.CharField(
        label=_("区划代码"),
        min_length=12,
        max_length=12,
        help_text=_("岗位所在区划的 12 位代码，可在“行政区划”中查到。"),
        error_messages={"required": _("请填写岗位所在区划的代码。")},
    )
    valid_from = forms.DateField(
        label=_("任职日期"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写任职日期。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.name, role.label) for role in matrix().roles.values()]
        self.fields["role"].choices = [("", _("请选择")), *roles]  # type: ignore[attr-defined]

    def clean_area(self) -> str:
        code: str = self.cleaned_data["area"]
        areas: Any = Post._meta.get_field("area").related_model
        if not areas._base_manager.filter(pk=code).exists():
            raise ValidationError(_("没有代码为 %(code)s 的区划。请核对。") % {"code": code})
        return code


class LeavePostForm(ActionForm):
    post = forms.ModelChoiceField(
        Post.objects.none(),
        label=_("岗位"),
        empty_label=_("请选择"),
        error_messages={
            "required": _("请选择离任的岗位。"),
            "invalid_choice": _("此人没有这个岗位，或已离任。请重新选择。"),
        },
    )
    valid_to = forms.DateField(
        label=_("离任日期"),
        initial=timezone.localdate,
        help_text=_("任职的最后一天。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写离任日期。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["post"]
        assert isinstance(field, forms.ModelChoiceField)
        held = Post.objects.filter(user=self.record_object, valid_to=None)
        field.queryset = held.select_related("area")


class RevokeTokenForm(ActionForm):
    token = forms.ModelChoiceField(
        Token.objects.none(),
        label=_("接口令牌"),
        empty_label=_("请选择"),
        error_messages={
            "required": _("请选择要撤销的令牌。"),
            "invalid_choice": _("此人没有这个令牌，或已撤销。请重新选择。"),
        },
    )
    reason = ReasonForm.base_fields["reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["token"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Token.objects.filter(user=self.record_object, revoked_at=None)


def revoke_token(*, actor: Any, user: User, token: Token, reason: str) -> None:
    tokens.revoke(actor=actor, token=token, reason=reason)


def tokens_of(user: User) -> dict[str, Any]:
    return {"tokens": tokens.described(user)}


def posts_in_force(user: User) -> str:
    return "、".join(str(post) for post in user.posts.all() if post.is_in_force)


def is_active(user: User) -> bool:
    return user.is_active


def is_inactive(user: User) -> bool:
    return not user.is_active


def sign_ins_of(user: User) -> dict[str, Any]:
    return {
        "sign_ins": Session.objects.filter(user=user).order_by("-seen_at"),
        "factor": factor_of(user),
        "of_user": user,
    }


class UserRecord(RecordType):
    model = User
    area = ""
    key = "username"
    fields = ("username", "name")
    columns = (
        "username",
        "name",
        Column("posts", _("岗位"), posts_in_force),
        "is_active",
        "last_login",
    )
    sections = (Section(_("用户"), ["username", "name"]),)
    filters = {"is_active": ["exact"]}
    search = ("username", "name")
    search_hint = _("登录名或姓名")
    ordering = ("username",)
    is_short = True
    icon = "users"
    synonyms = {"username": ["账号", "用户名"], "name": ["用户姓名"]}
    hints = {"username": _("登录时输入，如姓名的拼音。登记后请设置密码并任职。")}
    details = {
        "post": _("岗位"),
        "valid_from": _("任职日期"),
        "valid_to": _("离任日期"),
        "address": _("网络地址"),
        "agent": _("浏览器"),
        "second_factor": _("使用动态口令"),
        "ended": _("退出的登录数"),
        "wrong": _("有误的一项"),
        "wait": _("触发等待"),
        "token": _("接口令牌"),
        "scope": _("范围"),
        "expires_on": _("到期日"),
        "tokens_revoked": _("撤销的令牌数"),
    }
    tabs = (
        Tab(
            "posts",
            _("岗位"),
            "access/posts.html",
            lambda user: {
                "posts": user.posts.select_related("area").order_by("-valid_from", "-pk"),
            },
        ),
        Tab("sign-ins", _("登录情况"), "access/sign_ins.html", sign_ins_of),
        Tab("tokens", _("接口令牌"), "access/tokens.html", tokens_of),
    )
    actions = (
        Action(
            "hold_post",
            _("任职"),
            accounts.hold_post,
            form=HoldPostForm,
            shown=is_active,
            icon="user-plus",
        ),
        Action("leave_post", _("离任"), accounts.leave_post, form=LeavePostForm, icon="user-minus"),
        Action(
            "reset_password",
            _("重设密码"),
            accounts.reset_password,
            form=PasswordResetForm,
            icon="key-round",
            help=_("请当面或电话核实本人后设置，并亲自转告。本人登录后须先换成自己的密码。"),
        ),
        Action(
            "unlock",
            _("解除等待"),
            accounts.unlock,
            icon="lock-open",
            help=_("清除连续输错造成的等待，让本人立即可以重试。"),
        ),
        Action(
            "end_sign_ins",
            _("全部退出"),
            accounts.end_sign_ins,
            form=ReasonForm,
            icon="log-out",
            help=_("让此人在所有设备上退出登录。"),
        ),
        Action(
            "remove_second_factor",
            _("解除动态口令"),
            accounts.remove_second_factor,
            form=ReasonForm,
            icon="smartphone",
            help=_("用于手机遗失。请先核实本人；岗位要求动态口令的，本人下次登录须重新绑定。"),
        ),
        Action(
            "revoke_token",
            _("撤销令牌"),
            revoke_token,
            form=RevokeTokenForm,
            icon="plug-zap",
            help=_("用这个令牌的程序立即不能再进入。"),
        ),
        Action(
            "deactivate",
            _("停用"),
            accounts.deactivate,
            form=ReasonForm,
            shown=is_active,
            icon="user-x",
            is_danger=True,
            help=_("立即退出登录并不能再登录；以前办理的记录不变。"),
        ),
        Action(
            "reactivate",
            _("恢复使用"),
            accounts.reactivate,
            form=ReasonForm,
            shown=is_inactive,
            icon="user-check",
        ),
    )

    def rows(self, *verbs: str) -> models.QuerySet[Any]:
        posts = Prefetch("posts", Post.objects.select_related("area"))
        return super().rows(*verbs).prefetch_related(posts)
