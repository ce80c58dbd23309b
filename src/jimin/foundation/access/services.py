"""Checks that services make before they act."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from .models import User
from .scope import System


def require(*, actor: User | System, verb: str, subject: str, area: str | None = None) -> None:
    """Refuse unless the actor may do `verb` on `subject` at the area with this code."""
    if isinstance(actor, System) or actor.may(verb, subject, area):
        return
    raise PermissionDenied(_("您的岗位没有这项权限，或不在您的辖区。如确需办理，请联系管理员。"))
