from django import forms
from django.utils.translation import gettext_lazy as _

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
