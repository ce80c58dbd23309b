"""Putting a policy version in force."""

import datetime as dt
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.policies import Policy, PolicyError, load_policy
from jimin.policies.packed import pack_name, write_pack

from .models import Release


def _keep(policy: Policy) -> None:
    """Store the rules and figures as they are now: their decisions can be replayed later."""
    name = f"policies/{pack_name(policy)}"
    if not default_storage.exists(name):
        pack = BytesIO()
        write_pack(policy, pack)
        default_storage.save(name, ContentFile(pack.getvalue()))


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
        _keep(load_policy(policy))
        audit.log(
            actor=actor,
            obj=release,
            verb="release",
            values={"policy": policy, "version": version, "valid_from": valid_from},
            reason=note,
        )
    return release
