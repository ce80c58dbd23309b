"""Finding and checking, shared by the views."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User

from ..declare import RecordType


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def allow(request: HttpRequest, record: RecordType, verb: str) -> User:
    """Whoever may do `verb` anywhere in the register; others are refused."""
    user = user_of(request)
    if not user.may(verb, record.subject):
        raise PermissionDenied(_("您的岗位没有这项权限。如确需办理，请联系管理员。"))
    return user


def find(record: RecordType, pk: str) -> Any:
    """The record, if whoever acts may see it; rows of other areas are as if not there."""
    try:
        found = record.rows().filter(pk=pk).first()
    except (ValueError, TypeError, ValidationError):
        found = None
    if found is None:
        raise Http404(_("没有这条记录，或不在您的辖区。"))
    return found


def find_for(request: HttpRequest, record: RecordType, pk: str, verb: str) -> Any:
    """The record, if the user may see it and do `verb` there."""
    user = allow(request, record, verb)
    obj = find(record, pk)
    if not record.may(user, verb, obj):
        raise PermissionDenied(_("这条记录所在的区划，您的岗位没有这项权限。"))
    return obj
