import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .labels import words_of

PASSWORD_HINT = _("至少 10 个字符，不用常见密码，不含登录名和姓名。长一些比复杂更可靠。")


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("登录名"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "username", "autocapitalize": "none"}
        ),
        error_messages={"required": _("请填写登录名。")},
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "form-control", "autocomplete": "current-password"}
        ),
        error_messages={"required": _("请填写密码。")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "one-time-code"}),
        help_text=_("手机上当前的六位数字；手机不在身边时，输入一个没有用过的恢复码。"),
        error_messages={"required": _("请填写验证码。")},
    )


def new_password_field(label: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        error_messages={"required": _("请填写新密码。")},
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("原密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "form-control", "autocomplete": "current-password"}
        ),
        error_messages={"required": _("请填写原密码。")},
    )
    new = new_password_field(_("新密码"))
    again = new_password_field(_("再输入一次新密码"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["new"].help_text = PASSWORD_HINT

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("new") not in (None, again):
            raise forms.ValidationError(_("两次输入的新密码不一样。请重新输入。"))
        return again


def in_a_month() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=min(30, settings.TOKEN_DAYS))


class TokenForm(forms.Form):
    """`offered` are the verbs by subject that the user holds; a choice is `subject:verb`."""

    name = forms.CharField(
        label=_("用途"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("哪个程序用，如“统计报表接口”。写进留痕，便于日后查明是谁做的。"),
        error_messages={"required": _("请写明哪个程序使用这个令牌。")},
    )
    expires_on = forms.DateField(
        label=_("到期日"),
        initial=in_a_month,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写到期日。")},
    )
    grants = forms.MultipleChoiceField(
        label=_("可以做什么"),
        help_text=_("只勾程序真正要用的。只勾“查看”的是只读令牌。"),
        error_messages={
            "required": _("请至少勾选一项这个令牌可以做的事。"),
            "invalid_choice": _("令牌的范围超出了您的岗位。请重新勾选。"),
        },
    )
    password = forms.CharField(
        label=_("您的密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "form-control", "autocomplete": "current-password"}
        ),
        help_text=_("确认是您本人。"),
        error_messages={"required": _("请填写密码。")},
    )

    def __init__(self, *args: Any, offered: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        choices = [(f"{s}:{verb}", verb) for s, verbs in offered.items() for verb in verbs]
        self.fields["grants"].choices = choices  # type: ignore[attr-defined]
        latest = timezone.localdate() + dt.timedelta(days=settings.TOKEN_DAYS)
        text = _("最长 %(days)s 天，即不晚于 %(latest)s。")
        self.fields["expires_on"].help_text = text % {"days": settings.TOKEN_DAYS, "latest": latest}

    def groups(self) -> list[dict[str, Any]]:
        """The choices by register, in the words of the matrix, viewing first."""
        chosen = set(self.data.getlist("grants")) if self.is_bound else set()  # type: ignore[attr-defined]
        found = []
        for subject, verbs in self.offered.items():
            words = words_of(subject)
            boxes = [
                {
                    "value": f"{subject}:{verb}",
                    "label": words.verb(verb),
                    "is_chosen": f"{subject}:{verb}" in chosen,
                }
                for verb in sorted(verbs, key=lambda verb: (verb != "view", verb))
            ]
            found.append({"label": words.label, "boxes": boxes})
        return found

    def arguments(self) -> dict[str, Any]:
        scope: dict[str, list[str]] = {}
        for grant in self.cleaned_data["grants"]:
            subject, _colon, verb = grant.rpartition(":")
            scope.setdefault(subject, []).append(verb)
        names = ("name", "expires_on", "password")
        return {**{name: self.cleaned_data[name] for name in names}, "scope": scope}
