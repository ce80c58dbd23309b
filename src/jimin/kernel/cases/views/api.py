"""The same door for programs: read a case, take a step. Errors answer as those of registers do."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from jimin.foundation.access.models import User
from jimin.foundation.records.api import ApiError

from ..models import Case
from ..rules import PROCEDURES
from ..services import StepRefused, available_steps, take_step

router = Router(tags=["cases"])


class StepShown(Schema):
    name: str
    label: str
    barred: str = Field(description="不能由本人办理的原因，空为可以办理")


class CaseShown(Schema):
    number: str
    procedure: str
    state: str
    state_label: str
    area: str
    due_on: dt.date | None
    version: int
    steps: list[StepShown]


class StepTaken(Schema):
    event: int
    step: str
    before: str
    state: str


class Entered(Schema):
    """`data` holds the values of the step's form, under the names the page uses."""

    data: dict[str, Any] = Field(default_factory=dict)
    token: str = Field("", max_length=64, description="同一 token 重复提交只办理一次")
    version: int | None = Field(None, description="所见办件的 version，不符则拒绝")
    on: dt.date | None = Field(None, description="办理日期，空为今天")


@router.get("/{number}", response=CaseShown, url_name="case", summary="取一个办件和可办理的步骤")
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    found = get_object_or_404(Case, number=number)
    procedure = PROCEDURES[found.procedure]
    assert isinstance(request.user, User)
    steps = available_steps(actor=request.user, case=found)
    return {
        "number": found.number,
        "procedure": found.procedure,
        "state": found.state,
        "state_label": str(procedure.state(found.state).label),
        "area": found.area_id,
        "due_on": found.due_on,
        "version": found.version,
        "steps": [
            {"name": step.name, "label": str(step.label), "barred": bar} for step, bar in steps
        ],
    }


@router.post(
    "/{number}/steps/{step}", response=StepTaken, url_name="case-step", summary="办理一个步骤"
)
def take(request: HttpRequest, number: str, step: str, entered: Entered) -> dict[str, Any]:
    found = get_object_or_404(Case, number=number)
    assert isinstance(request.user, User)
    try:
        event = take_step(
            actor=request.user,
            case=found,
            step=step,
            data=entered.data,
            token=entered.token,
            version=entered.version,
            on=entered.on,
        )
    except StepRefused as refused:
        raise ApiError(409, " ".join(refused.messages)) from refused
    return {
        "event": event.order,
        "step": event.step,
        "before": event.before,
        "state": event.after,
    }
