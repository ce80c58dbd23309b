"""Putting a policy version in force."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.policies import PolicyError, load_policy

from .models import Release


@transaction.atomic
def release_policy(
    *, actor: User | System, policy: str, valid_from: dt.date, note: str = ""
) -> Release:
    """Put the version this program holds in force from a day on. Safe to repeat."""
    require(actor=actor, verb="release", subject="policy.release")
    try:
        version = load_policy(policy).version
    except PolicyError as error:
        raise ValidationError(_("政策不能发布：%(reason)s") % {"reason": str(error)}) from error
    release, made = Release.objects.get_or_create(
        policy=policy,
        version=version,
        valid_from=valid_from,
        defaults={"released_by": actor if isinstance(actor, User) else None, "note": note},
    )
    if made:
        audit.log(
            actor=actor,
            obj=release,
            verb="release",
            values={"policy": policy, "version": version, "valid_from": valid_from},
            reason=note,
        )
    return release
