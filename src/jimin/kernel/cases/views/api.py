"""The same door for programs: read a case, take a step. Errors answer as those of registers do."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import override
from ninja import Field, Router, Schema
from pydantic import BeforeValidator, ConfigDict

from jimin.foundation.access.models import User
from jimin.foundation.records.api import ApiError, answers, of_form

from ..models import Case
from ..rules import PROCEDURES, Procedure, Step
from ..services import NoteForm, StepForm, StepRefused, available_steps, take_step

router = Router(tags=["cases"])


class StepShown(Schema):
    name: str = Field(title="步骤")
    label: str = Field(title="步骤名称")
    barred: str = Field(title="不能办理的原因", description="空为本人可以办理")


class CaseShown(Schema):
    number: str = Field(title="办件编号")
    procedure: str = Field(title="事项")
    state: str = Field(title="状态")
    state_label: str = Field(title="状态名称")
    area: str = Field(title="区划代码")
    due_on: dt.date | None = Field(title="办理期限", description="没有期限的为 null")
    version: int = Field(title="版本", description="办理步骤时带上，其间有新的办理则拒绝")
    steps: list[StepShown] = Field(title="岗位可以办理的步骤")


class StepTaken(Schema):
    event: int = Field(title="办理记录序号")
    step: str = Field(title="步骤")
    before: str = Field(title="办理前状态")
    state: str = Field(title="现在状态")


def _written_out(value: Any) -> Any:
    """A number is no date, though it could be read as one."""
    if value is not None and not isinstance(value, str):
        raise ValueError
    return value


class Entered(Schema):
    """`data` holds the values of the step's form, under the names the page uses."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = Field(default_factory=dict, title="所填内容")
    token: str = Field(
        "", max_length=64, pattern=r"^[!-~]*$", description="同一 token 重复提交只办理一次"
    )
    version: int | None = Field(None, strict=True, description="所见办件的 version，不符则拒绝")
    on: Annotated[dt.date | None, BeforeValidator(_written_out)] = Field(
        None, description="办理日期，空为今天"
    )


def _steps() -> list[tuple[Procedure, Step]]:
    """Every step a case can be taken on by, of every procedure."""
    return [(p, step) for p in PROCEDURES.values() for step in p.steps if step.sources]


def _entered(step: Step) -> dict[str, Any]:
    form: type[StepForm] = step.form or NoteForm
    data = {**of_form(form, whole=True), **form.examples}
    return {"data": data, "token": "5f1c6a0e9b7d4c32", "version": 3, "on": "2016-03-01"}


def _case_described() -> dict[str, Any]:
    procedure, step = _steps()[0]
    state = procedure.state(step.sources[0])
    example = {
        "number": procedure.number.format(year=2016, unit="示例", serial=1),
        "procedure": procedure.name,
        "state": state.name,
        "state_label": str(state.label),
        "area": "220202001001",
        "due_on": "2016-03-14",
        "version": 3,
        "steps": [{"name": step.name, "label": str(step.label), "barred": ""}],
    }
    return answers(None, example)


def _step_described() -> dict[str, Any]:
    """An example of what each step takes; procedures that share a step's name stand apart."""
    named = {f"{p.name}.{step.name}": (p, step) for p, step in _steps()}
    examples = {
        name: {"summary": f"{p.label}：{step.label}", "value": _entered(step)}
        for name, (p, step) in named.items()
    }
    _procedure, step = _steps()[0]
    taken = {"event": 4, "step": step.name, "before": step.sources[0], "state": step.target}
    body = {"content": {"application/json": {"examples": examples}}}
    return {"requestBody": body, **answers(None, taken)}


with override("zh-hans"):
    CASE_DESCRIBED, STEP_DESCRIBED = _case_described(), _step_described()


@router.get(
    "/{number}",
    response=CaseShown,
    url_name="case",
    operation_id="case_get",
    summary="取一个办件和可办理的步骤",
    openapi_extra=CASE_DESCRIBED,
)
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
    "/{number}/steps/{step}",
    response=StepTaken,
    url_name="case-step",
    operation_id="case_step",
    summary="办理一个步骤",
    openapi_extra=STEP_DESCRIBED,
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
