"""Adding, changing, and doing something with a record."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jimin.foundation.jobs.models import Job

from .. import forms, history, services
from ..declare import Action, ActionForm, RecordType
from .common import allow, find_for, user_of

STALE = 409
REFUSED = 422


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "add")
    if request.method == "GET":
        start = {name: request.GET[name] for name in record.fields if name in request.GET}
        return _form(request, record, forms.form_for(record, initial=start))
    form = forms.form_for(record, data=request.POST)
    if form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            key = services.once(
                actor=user,
                token=token,
                make=lambda: record.save(actor=user, obj=None, data=form.values()),
            )
        except ValidationError as error:
            form.take_errors(error)
        else:
            messages.success(request, _("已登记。"))
            return redirect(record.url("page", key))
    return _form(request, record, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, record: RecordType, pk: str) -> HttpResponse:
    user = user_of(request)
    obj = find_for(request, record, pk, "change")
    if request.method == "GET":
        return _form(request, record, forms.form_for(record, obj=obj), obj)
    form = forms.form_for(record, obj=obj, data=request.POST)
    if form.is_valid():
        version = form.cleaned_data["version"] or "-"  # a form without its version is stale
        try:
            saved = record.save(actor=user, obj=obj, data=form.values(), version=version)
        except services.StaleRecordError as stale:
            return _stale(request, record, form, stale.stored)
        except ValidationError as error:
            form.take_errors(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect(record.url("page", saved.pk))
    return _form(request, record, form, obj)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, record: RecordType, pk: str, name: str) -> HttpResponse:
    """Asks what an action needs to know, then runs it."""
    user = user_of(request)
    action = action_of(record, name)
    obj = find_for(request, record, pk, action.verb)
    form = _action_form(action, obj, request)
    if request.method == "POST" and form.is_valid():
        values = {k: v for k, v in form.cleaned_data.items() if k in form.declared_fields}
        try:
            done = services.run_action(
                actor=user, record=record, action=action, obj=obj, values=values
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            if isinstance(done, Job):
                messages.success(request, _("已在后台办理，可以离开本页。"))
                return redirect("job", done.pk)
            messages.success(request, _("已办理：%(action)s。") % {"action": action.label})
            return redirect(record.url("page", obj.pk))
    context = {
        "record": record,
        "heading": record.heading(obj),
        "action": action,
        "form": form,
        "back_url": record.url("page", obj.pk),
    }
    return render(request, "records/act.html", context, status=REFUSED if form.errors else 200)


def action_of(record: RecordType, name: str) -> Action:
    found = next((a for a in record.actions if a.name == name), None)
    if found is None:
        raise Http404(_("没有这项操作。"))
    return found


def take_errors(form: Any, error: ValidationError) -> None:
    for name, found in error.update_error_dict({}).items():
        form.add_error(name if name in form.fields else None, found)


def _action_form(action: Action, obj: Any, request: HttpRequest) -> ActionForm:
    kind = action.form or ActionForm
    if request.method == "POST":
        form = kind(request.POST, record_object=obj)
    else:
        form = kind(initial=request.GET.dict(), record_object=obj)
    for field in form.fields.values():
        forms.dress(field)
    return form


def _form(request: HttpRequest, record: RecordType, form: Any, obj: Any = None) -> HttpResponse:
    context = {
        "record": record,
        "object": obj,
        "heading": record.heading(obj) if obj is not None else "",
        "form": form,
        "back_url": record.url("page", obj.pk) if obj is not None else record.url(),
    }
    return render(request, "records/form.html", context, status=REFUSED if form.errors else 200)


def _stale(request: HttpRequest, record: RecordType, form: Any, stored: Any) -> HttpResponse:
    """Both versions side by side; sending the form again is then a decision, not an accident."""
    if not record.may(user_of(request), "change", stored):
        raise PermissionDenied(_("这条记录刚刚被移到您的辖区之外。"))
    mine = form.values()
    lines, _more = history.history_of(record, stored)
    form.data = form.data.copy()
    form.data["version"] = services.version_of(stored)
    context = {
        "record": record,
        "object": stored,
        "heading": record.heading(stored),
        "form": form,
        "back_url": record.url("page", stored.pk),
        "last": lines[0] if lines else None,
        "clashes": [
            {"label": record.field_map[name].verbose_name, "now": now, "mine": wanted}
            for name in mine
            for now, wanted in [_both(record, stored, name, mine[name])]
            if now != wanted
        ],
    }
    return render(request, "records/form.html", context, status=STALE)


def _both(record: RecordType, stored: Any, name: str, value: Any) -> tuple[str, str]:
    from ..values import hidden, show, show_value

    now = show(record, stored, name)
    if name in record.sealed_names:
        return now, hidden(value)
    return now, show_value(record.field_map[name], value)
