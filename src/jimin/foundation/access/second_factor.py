"""The second factor: a code of six digits from the phone (RFC 6238), or a recovery code.

The arithmetic is that of `cryptography`. Ours is the rest: the secret is sealed, a time step is
good once, wrong codes are counted.
"""

import base64
import os
import secrets
import time
import unicodedata

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import keys

from . import throttle
from .models import RecoveryCode, SecondFactor, User

STEP, DIGITS = 30, 6
DRIFT = 1  # steps a phone's clock may be off, either way
SECRET = 20  # bytes, as RFC 4226 recommends
CODES = 10
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that looks like something else


def factor_of(user: User) -> SecondFactor | None:
    """The user's second factor in use."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


@transaction.atomic
def begin_enrolment(*, actor: User) -> SecondFactor:
    """Make a new secret; it counts only once a code of it was entered."""
    if factor_of(actor) is not None:
        raise ValidationError(_("您已绑定动态口令。要更换手机，请先解除绑定。"))
    secret = base64.b32encode(os.urandom(SECRET)).decode()
    factor, _made = SecondFactor.objects.update_or_create(
        user=actor, defaults={"secret": secret, "last_step": 0}
    )
    return factor


def confirm_enrolment(*, actor: User, code: str) -> list[str]:
    """Put the factor to use after its first right code; returns the recovery codes, shown once."""
    throttle.count_attempt((throttle.SECOND_FACTOR, actor.pk))
    with transaction.atomic():
        waiting = SecondFactor.objects.select_for_update()
        factor = waiting.filter(user=actor, confirmed_at=None).first()
        if factor is None:
            raise ValidationError(_("没有待绑定的动态口令。请重新开始绑定。"))
        if not _use_step(factor, plain(code)):
            raise ValidationError({"code": _wrong_code()})
        factor.confirmed_at = timezone.now()
        factor.save()
        audit.log(actor=actor, obj=actor, verb="second_factor_on")
        codes = _new_codes(actor)
    throttle.forget(throttle.SECOND_FACTOR, actor.pk)
    return codes


def use_code(*, user: User, code: str) -> str:
    """Accept a code of the phone or a recovery code, once; says which it was.

    Raises Blocked after too many wrong ones, ValidationError for a wrong or used one.
    """
    throttle.count_attempt((throttle.SECOND_FACTOR, user.pk))
    code = plain(code)
    with transaction.atomic():
        confirmed = SecondFactor.objects.select_for_update().filter(user=user)
        factor = confirmed.filter(confirmed_at__isnull=False).first()
        if factor is None:
            raise ValidationError({"code": _wrong_code()})
        if _use_step(factor, code):
            factor.save()
            kind = "phone"
        elif _use_recovery_code(user, code):
            audit.log(actor=user, obj=user, verb="recovery_code_used")
            kind = "recovery"
        else:
            raise ValidationError({"code": _wrong_code()})
    throttle.forget(throttle.SECOND_FACTOR, user.pk)
    return kind


def renew_codes(*, actor: User, code: str) -> list[str]:
    """New recovery codes in place of all old ones, against a code in force."""
    use_code(user=actor, code=code)
    with transaction.atomic():
        audit.log(actor=actor, obj=actor, verb="recovery_codes_renewed")
        return _new_codes(actor)


def remove(*, actor: User, code: str) -> None:
    """Take the factor off, against a code in force."""
    use_code(user=actor, code=code)
    with transaction.atomic():
        discard(actor)
        audit.log(actor=actor, obj=actor, verb="second_factor_off")


def discard(user: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def provisioning_uri(factor: SecondFactor) -> str:
    totp = TOTP(base64.b32decode(factor.secret), DIGITS, SHA1(), STEP)  # noqa: S303  RFC 6238
    return totp.get_provisioning_uri(factor.user.username, str(settings.SITE_NAME))


def qr_code(factor: SecondFactor) -> str:
    """The picture a phone reads, as SVG to stand in the page."""
    return str(segno.make_qr(provisioning_uri(factor), error="l").svg_inline(scale=4))


def plain(code: str) -> str:
    """A code as it was meant: full-width digits, spaces, dashes and small letters are no error."""
    text = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in text if letter.isalnum())


def code_at(secret: str, step: int) -> str:
    return _hotp(secret).generate(step).decode()


def step_now() -> int:
    return int(time.time()) // STEP


def _hotp(secret: str) -> HOTP:
    return HOTP(base64.b32decode(secret), DIGITS, SHA1())  # noqa: S303  RFC 4226


def _use_step(factor: SecondFactor, code: str) -> bool:
    """Whether the code fits a step later than the last one used; notes the step, unsaved."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return False
    hotp, now = _hotp(factor.secret), step_now()
    for step in range(now - DRIFT, now + DRIFT + 1):
        try:
            hotp.verify(code.encode(), step)
        except InvalidToken:
            continue
        if step <= factor.last_step:
            return False
        factor.last_step = step
        return True
    return False


def _use_recovery_code(user: User, code: str) -> bool:
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(10)) for _n in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(user: User, code: str) -> str:
    return keys().digest_of(f"recovery:{user.pk}:{code}")


def _wrong_code() -> str:
    return _("验证码不对或已用过。请输入手机上当前的六位数字，或一个没有用过的恢复码。")
