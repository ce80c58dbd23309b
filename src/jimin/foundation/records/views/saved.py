"""Choosing columns, saving and removing views."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import saved
from ..declare import RecordType
from ..filters import kept_query
from .common import allow


@require_POST
def columns(request: HttpRequest, record: RecordType) -> HttpResponse:
    """Goes back to the same rows, out of the view they were seen by: it has columns of its own."""
    user = allow(request, record, "view")
    names = [] if "reset" in request.POST else request.POST.getlist("columns") or ["-"]
    try:
        saved.choose_columns(actor=user, record=record, names=names)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    here = request.GET.copy()
    here.pop("view", None)
    return _to_list(record, here.urlencode())


@require_POST
def save(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "view")
    shown = saved.shown(user, record, request.GET.get("view", ""))
    try:
        view = saved.save_view(
            actor=user,
            record=record,
            name=request.POST.get("name", ""),
            params=request.GET,
            columns=[column.name for column in shown.columns],
            area=request.POST.get("area", ""),
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return _to_list(record, request.GET.urlencode())
    messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
    here = kept_query(record, request.GET)
    here["view"] = str(view.pk)
    return _to_list(record, here.urlencode())


@require_POST
def remove(request: HttpRequest, record: RecordType, pk: int) -> HttpResponse:
    user = allow(request, record, "view")
    try:
        name = saved.remove_view(actor=user, record=record, pk=pk)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("已删除视图“%(name)s”。") % {"name": name})
    return _to_list(record, "")


def _to_list(record: RecordType, query: str) -> HttpResponse:
    return redirect(f"{record.url()}?{query}" if query else record.url())
