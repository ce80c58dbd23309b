"""What a password must be: long, not on the list of leaked ones, not put together by habit.

The list of twenty thousand comes with Django, so no network is asked. The words are ours,
because Django's are only partly Chinese.
"""

from typing import Any

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .guessing import left_over

LEAST_BESIDES = 6
LEAST_LEFT = 4


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("密码太短，至少要 %(n)s 个字符。可以用一句只有您知道的话。") % {
            "n": self.min_length
        }

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(self.get_error_message(), code="password_too_short")


class NotLeaked(CommonPasswordValidator):
    """Neither a leaked password nor one of those put together by habit.

    Numbers of a life, runs on the keyboard, names in pinyin and liked words are taken out; what is
    left must still be something to guess.
    """

    def get_error_message(self) -> str:
        return _("这个密码在已泄露的常见密码之中。请换一个。")

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        if left_over(password, names=names_of(user), common=self.passwords) < LEAST_LEFT:
            raise ValidationError(
                _(
                    "这个密码由容易猜到的部分拼成（如姓名或单位的拼音、地名、生日、电话、身份号码、"
                    "键盘上相邻的键）。请改用一句只有您知道的话。"
                ),
                code="password_of_habit",
            )


class NotOnesName:
    """What is left of the password without the names must still be something to guess."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.lower()
        for name in (getattr(user, "username", ""), getattr(user, "name", "")):
            if name:
                rest = rest.replace(name.lower(), "")
        if rest != password.lower() and len(rest) < LEAST_BESIDES:
            raise ValidationError(
                _("密码里除了登录名或姓名所剩无几，容易猜到。请换一个。"), code="password_of_names"
            )

    def get_help_text(self) -> str:
        return _("密码不要用登录名或姓名拼成。")


def names_of(user: Any) -> list[str]:
    """The user's own names and those of the places of their posts."""
    found = [getattr(user, "username", ""), getattr(user, "name", "")]
    if getattr(user, "pk", None):
        found += [post.area.name for post in user.held]
    return found
