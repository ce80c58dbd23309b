"""The page of background jobs: one's own, and for operators those of their areas."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jimin.foundation.access.models import User
from jimin.foundation.sealed.files import open_file

from . import services
from .models import SUBJECT, Job, Worker
from .worker import SILENT

SHOWN = 20
MOST_ON_A_BOARD = 500


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """One's own jobs; with `?all=1` those an operator looks after, and whether anyone works."""
    user = _user(request)
    tends = user.may("view", SUBJECT)
    is_all = tends and request.GET.get("all") == "1"
    rows = Job.objects.select_related("owner", "area").order_by("-at", "pk")
    if not is_all:
        rows = rows.filter(owner=user)
    state = request.GET.get("state", "")
    if state in Job.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "lines": [line_of(user, job) for job in page],
        "is_moving": any(not job.is_over for job in page),
        "tends": tends,
        "is_all": is_all,
        "state": state,
        "states": Job.State.choices,
        "here": request.get_full_path(),
        "idle": not _workers() and (tends or any(not job.is_over for job in page)),
    }
    is_partial = getattr(request, "htmx", False)
    response = render(request, "jobs/lines.html" if is_partial else "jobs/jobs.html", context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _workers() -> int:
    return Worker.objects.filter(seen_at__gt=timezone.now() - SILENT).count()


def line_of(user: User, job: Job) -> dict[str, Any]:
    is_own = job.owner_id == user.pk

    def may(verb: str) -> bool:
        return is_own or user.may(verb, SUBJECT, job.area_id)

    return {
        "job": job,
        "is_own": is_own,
        "may_open": is_own or user.may("view", SUBJECT, job.area_id),
        "may_stop": not job.is_over and not job.stop_asked and may("stop"),
        "may_retry": job.state in (Job.State.FAILED, Job.State.CANCELLED)
        and job.declared is not None
        and may("retry"),
    }


def board(request: HttpRequest, rows: QuerySet[Job]) -> dict[str, Any]:
    """What a page shows of the jobs behind it: the latest of each key, unless it is done.

    They are others' jobs too: the caller says which of them concern the user. Once none is
    moving any more the page is loaded anew and tells what came of them.
    """
    latest: dict[str, Job] = {}
    for job in rows.select_related("owner", "area").order_by("-at", "pk")[:MOST_ON_A_BOARD]:
        latest.setdefault(f"{job.kind} {str(job.once).rpartition(' ')[0]}", job)
    shown = [job for job in latest.values() if job.state != Job.State.DONE]
    is_moving = any(not job.is_over for job in shown)
    return {
        "lines": [line_of(_user(request), job) for job in shown],
        "is_moving": is_moving,
        "is_all": True,
        "here": request.get_full_path(),
        "idle": is_moving and not _workers(),
    }


def board_alone(request: HttpRequest, found: dict[str, Any]) -> HttpResponse | None:
    """The answer when the board asks for itself again."""
    if not getattr(request, "htmx", False):
        return None
    response = render(request, "jobs/lines.html", found)
    response.headers["Vary"] = "HX-Request, Cookie"
    if not found["is_moving"]:
        response.headers["HX-Refresh"] = "true"
    return response


@require_safe
def job(request: HttpRequest, pk: Any) -> HttpResponse:
    """How far one job is: a fragment that asks for itself again until the job is over."""
    found = _find(pk)
    context = {**line_of(_user(request), found), "idle": not found.is_over and not _workers()}
    if getattr(request, "htmx", False):
        response = render(request, "jobs/progress.html", context)
        if found.is_over:
            response.headers["HX-Refresh"] = "true"  # the page around it tells the outcome
        return response
    return render(request, "jobs/job.html", context)


@require_POST
def stop(request: HttpRequest, pk: Any) -> HttpResponse:
    return _act(request, pk, services.stop, _("已请求取消；正在进行的任务在当前一步做完后停下。"))


@require_POST
def retry(request: HttpRequest, pk: Any) -> HttpResponse:
    return _act(request, pk, services.retry, _("已重新排队。"))


def _act(request: HttpRequest, pk: Any, service: Any, said: str) -> HttpResponse:
    try:
        service(actor=_user(request), job=_find(pk))
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
    else:
        messages.success(request, said)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "jobs")


@require_safe
def result(request: HttpRequest, pk: Any) -> StreamingHttpResponse:
    """The result file. Only its owner gets it: it holds what the owner may see and no other."""
    found = _find(pk)
    if found.owner_id != _user(request).pk:
        raise PermissionDenied(_("结果文件只给发起人下载。"))
    file = Path(default_storage.path(str(found.result.name))) if found.result else None
    if file is None or not file.exists():
        raise Http404(_("结果文件已过期删除。请重新办理。"))
    response = StreamingHttpResponse(open_file(file), content_type="application/octet-stream")
    name = content_disposition_header(True, found.result_name)
    response.headers["Content-Disposition"] = name or "attachment"
    return response


def _find(pk: Any) -> Job:
    found = Job.objects.select_related("owner", "area").filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这项任务，或不归您查看。"))
    return found


urlpatterns = [
    path("jobs/", jobs, name="jobs"),
    path("jobs/<uuid:pk>/", job, name="job"),
    path("jobs/<uuid:pk>/stop/", stop, name="job-stop"),
    path("jobs/<uuid:pk>/retry/", retry, name="job-retry"),
    path("jobs/<uuid:pk>/result/", result, name="job-result"),
]
