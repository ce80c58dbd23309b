"""Choosing columns, saving and removing views."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import saved
from ..declare import RecordType
from ..filters import kept_query
from .common import allow


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, record: RecordType) -> HttpResponse:
    """What can be chosen, read when it is opened; sent, it leads back to the same rows, out of
    the view they were seen by, which has columns of its own."""
    user = allow(request, record, "view")
    if request.method != "POST":
        context = {
            "record": record,
            "shown": saved.shown(user, record, request.GET.get("view", "")),
            "query_string": request.GET.urlencode(),
            "list_url": record.url(),
        }
        is_part = bool(getattr(request, "htmx", False))
        name = "records/columns.html" if is_part else "records/columns_page.html"
        return render(request, name, context)
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
