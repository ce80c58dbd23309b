"""The list of a register, and what serves its drop-downs and search boxes."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import bulk, forms, paging, places, saved, search, table
from .. import filters as record_filters
from ..declare import RecordType
from .common import allow

CONTROLS = ("after", "before", "last")
NOT_ASKED = (*CONTROLS, "sort", "view")


def listed(request: HttpRequest, record: RecordType, *verbs: str) -> tuple[Any, Any]:
    """The filters and the rows the list shows, before it is cut into pages."""
    filters = record_filters.filtered(record, request.GET, record.rows(*verbs))
    rows = record_filters.rows_of(filters)
    condition = search.matching(record, request.GET.get("q", ""))
    return filters, rows if condition is None else rows.filter(condition)


@require_safe
def listing(request: HttpRequest, record: RecordType) -> HttpResponse:
    user = allow(request, record, "view")
    filters, rows = listed(request, record)
    count = paging.count_of(rows)
    wanted = request.GET.get("sort", "")
    sort = wanted if paging.sorts(record, wanted, count) else ""
    page = paging.page_of(
        rows,
        paging.order_of(record, sort),
        {k: request.GET.get(k, "") for k in CONTROLS},
        along=paging.reading_along(record, count),
    )
    asked = [k for k in request.GET if k not in NOT_ASKED and request.GET[k]]
    shown = saved.shown(user, record, request.GET.get("view", ""))
    rows_shown = table.rows_of(record, shown.columns, page.rows)
    bulk_actions = [
        {"action": a, "href": record.url("choose", a.name)}
        for a in record.actions
        if a.is_bulk and user.may(a.verb, record.subject)
    ]
    context = {
        "record": record,
        "filters": filters,
        "page": page,
        "count": count,
        "is_unsorted": sort != wanted and paging.sortable(record, wanted.removeprefix("-")),
        "most_sorted": paging.SORTED,
        "heads": table.heads_of(record, shown.columns, sort, count),
        "sort": sort,
        "rows": rows_shown,
        "body": table.body_of(shown.columns, rows_shown, may_mark=bool(bulk_actions)),
        "q": request.GET.get("q", ""),
        "is_narrowed": bool(asked),
        "has_more": bool(set(asked) & set(list(filters.form.fields)[1:])),
        "list_url": record.url(),
        "new_url": _if(user.may("add", record.subject), record, "new"),
        "import_url": _if(user.may("import", record.subject), record, "import"),
        "export_url": record.url("export") if user.may("export", record.subject) else "",
        "may_unmask": user.may("unmask", record.subject) and bool(record.sealed_names),
        "shown": shown,
        "bulk_actions": bulk_actions,
        "most_chosen": bulk.MOST,
        "at_once": bulk.AT_ONCE,
        "query_string": request.GET.urlencode(),
    }
    is_partial = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    name = "records/results.html" if is_partial else "records/list.html"
    response = render(request, name, context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
def pick(request: HttpRequest, record: RecordType) -> HttpResponse:
    """Records that fit the text `q`, for a search box: a fragment, or JSON when asked for."""
    allow(request, record, "view")
    name = request.GET.get("name") or str(record.model._meta.model_name)
    text = request.GET.get("q") or request.GET.get(f"{name}_q") or ""
    found = forms.options(record, forms.picks(record, text))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"results": [{"id": o["pk"], "text": o["text"]} for o in found]})
    context = {"choices": found, "name": name, "asked": bool(text.strip()), "record": record}
    return render(request, "records/picked.html", context)


@require_safe
def places_step(request: HttpRequest) -> HttpResponse:
    """The drop-downs for the areas chosen so far, after one of them was changed.

    Whoever may not do `verb` on `subject` anywhere gets none to choose from.
    """
    name = request.GET.get("name", "area")
    verb, subject = request.GET.get("verb", "view"), request.GET.get("subject", "")
    is_filter = request.GET.get("filter") == "1"
    widget = forms.AreaSelect(subject, verb, is_filter=is_filter)
    attrs = {"id": request.GET.get("id", f"id_{name}")}
    codes = request.GET.getlist(name)
    context = widget.get_context(name, codes, attrs)
    area = places.chosen_of(codes)
    context["announce"] = str(area) if area is not None else ""
    return render(request, widget.template_name, context)


def _if(allowed: bool, record: RecordType, part: str) -> str:
    return record.url(part) if allowed and record.is_editable else ""
