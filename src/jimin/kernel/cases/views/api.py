"""The same door for programs: read a case, take a step. Refusals answer in JSON."""

import datetime as dt
import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jimin.foundation.access.models import User

from ..models import Case
from ..rules import PROCEDURES
from ..services import StepRefused, available_steps, take_step


@require_GET
def case(request: HttpRequest, number: str) -> JsonResponse:
    """Where a case stands and what the caller may do in it."""
    found = get_object_or_404(Case, number=number)
    assert isinstance(request.user, User)
    steps = available_steps(actor=request.user, case=found)
    return JsonResponse(
        {
            "number": found.number,
            "procedure": found.procedure,
            "state": found.state,
            "state_label": str(PROCEDURES[found.procedure].state(found.state).label),
            "area": found.area_id,
            "due_on": found.due_on,
            "version": found.version,
            "steps": [
                {"name": step.name, "label": str(step.label), "barred": bar} for step, bar in steps
            ],
        }
    )


@require_POST
def step(request: HttpRequest, number: str, step: str) -> JsonResponse:
    """Take a step. The body: `data`, and optionally `token`, `version`, `on`."""
    found = get_object_or_404(Case, number=number)
    assert isinstance(request.user, User)
    try:
        body = _body(request)
        event = take_step(
            actor=request.user,
            case=found,
            step=step,
            data=body["data"],
            token=body["token"],
            version=body["version"],
            on=body["on"],
        )
    except PermissionDenied as refused:
        return JsonResponse({"error": str(refused)}, status=403)
    except StepRefused as refused:
        return JsonResponse({"error": " ".join(refused.messages)}, status=409)
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {}
        return JsonResponse({"error": " ".join(error.messages), "fields": fields}, status=422)
    return JsonResponse(
        {"event": event.order, "step": event.step, "before": event.before, "state": event.after}
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    wrong = ValidationError(_("请求内容应为 JSON 对象，各步骤的内容写在 data 里。"))
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise wrong from error
    if not isinstance(body, dict) or not isinstance(body.get("data", {}), dict):
        raise wrong
    version, day = body.get("version"), body.get("on")
    if version is not None and type(version) is not int:
        raise ValidationError(_("version 应为整数。"))
    try:
        on = dt.date.fromisoformat(day) if day else None
    except (TypeError, ValueError) as error:
        raise ValidationError(_("办理日期应为年月日，例如 2016-07-04。")) from error
    return {
        "data": body.get("data", {}),
        "token": str(body.get("token") or ""),
        "version": version,
        "on": on,
    }
