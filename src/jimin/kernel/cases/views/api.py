"""The same door for programs: open a case, read it, take a step. Errors answer as those of
registers do."""

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import Field, Router, Schema, Status
from pydantic import BeforeValidator, ConfigDict, WithJsonSchema

from jimin.foundation.access.models import User
from jimin.foundation.records.api import ApiError, answers, of_form, sending_of, sent_once
from jimin.kernel.people.models import Household

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


Day = Annotated[dt.date | None, BeforeValidator(_written_out)]


def _openable() -> dict[str, Procedure]:
    """The kinds of application a program may hand in."""
    return {p.name: p for p in PROCEDURES.values() if p.apply is not None}


def _nothing() -> None:
    """What was left out; the form then says in its own words that it is needed."""


class Opening(Schema):
    """What a paper application has; `data` as in a step."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"required": ["procedure", "household", "data"]}
    )

    procedure: str = Field(
        default_factory=str, title="事项", json_schema_extra={"enum": [*_openable()]}
    )
    household: Annotated[int | None, WithJsonSchema({"type": "integer"})] = Field(
        default_factory=_nothing, strict=True, title="家庭", description="家庭登记的 id"
    )
    data: dict[str, Any] = Field(default_factory=dict, title="所填内容")
    on: Day = Field(None, description="申请日期，空为今天")


class Entered(Schema):
    """`data` holds the values of the step's form, under the names the page uses."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = Field(default_factory=dict, title="所填内容")
    token: str = Field(
        "", max_length=64, pattern=r"^[!-~]*$", description="同一 token 重复提交只办理一次"
    )
    version: int | None = Field(None, strict=True, description="所见办件的 version，不符则拒绝")
    on: Day = Field(None, description="办理日期，空为今天")


def _steps() -> list[tuple[Procedure, Step]]:
    """Every step a case can be taken on by, of every procedure."""
    return [(p, step) for p in PROCEDURES.values() for step in p.steps if step.sources]


def _data_of(step: Step | None) -> dict[str, Any]:
    form: type[StepForm] = (step.form if step else None) or NoteForm
    return {**of_form(form, whole=True), **form.examples}


def _entered(step: Step) -> dict[str, Any]:
    data = _data_of(step)
    return {"data": data, "token": "5f1c6a0e9b7d4c32", "version": 3, "on": "2016-03-01"}


def _opened_described() -> dict[str, Any]:
    """What each kind of application takes, and where the case is then."""
    examples = {}
    for name, procedure in _openable().items():
        data = _data_of(procedure.step(procedure.opening))
        value = {"procedure": name, "household": 1, "data": data, "on": "2016-03-01"}
        examples[name] = {"summary": str(procedure.label), "value": value}
    told = answers(None, _case_example(), status=201)
    told["responses"][201]["headers"] = {
        "Location": {"description": "办件的地址", "schema": {"type": "string"}},
        "ETag": {"description": "办件的 version", "schema": {"type": "string"}},
    }
    body = {"content": {"application/json": {"examples": examples}}}
    return {"requestBody": body, "parameters": [sent_once()], **told}


def _case_example() -> dict[str, Any]:
    procedure, step = _steps()[0]
    state = procedure.state(step.sources[0])
    return {
        "number": procedure.number.format(year=2016, unit="示例", serial=1),
        "procedure": procedure.name,
        "state": state.name,
        "state_label": str(state.label),
        "area": "220202001001",
        "due_on": "2016-03-14",
        "version": 3,
        "steps": [{"name": step.name, "label": str(step.label), "barred": ""}],
    }


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
    OPENED_DESCRIBED, STEP_DESCRIBED = _opened_described(), _step_described()
    CASE_DESCRIBED = answers(None, _case_example())


@router.post(
    "/",
    response={201: CaseShown},
    url_name="case-open",
    operation_id="case_open",
    summary="登记一份申请",
    openapi_extra=OPENED_DESCRIBED,
)
def open_case(
    request: HttpRequest, opening: Opening, response: HttpResponse
) -> Status[dict[str, Any]]:
    user = request.user
    assert isinstance(user, User)
    procedure = _chosen(user, opening.procedure)
    household = _household(opening.household)
    try:
        opened = procedure.apply(  # type: ignore[misc]
            actor=user,
            household=household,
            data=opening.data,
            token=sending_of(request),
            on=opening.on,
        )
    except StepRefused as refused:
        raise ApiError(409, " ".join(refused.messages)) from refused
    assert request.resolver_match is not None
    space = request.resolver_match.namespace
    response.headers["Location"] = reverse(f"{space}:case", args=[opened.number])
    response.headers["ETag"] = f'"{opened.version}"'
    return Status(201, _shown(user, opened))


def _chosen(user: User, name: str) -> Procedure:
    """The kind of application; refused whoever may hand in none."""
    open_to = {p.name: p for p in _openable().values() if user.may(p.opening, p.name)}
    if not open_to:
        raise PermissionDenied
    if name in open_to:
        return open_to[name]
    if name in _openable():
        raise PermissionDenied
    said = _("没有这个事项，或不能这样申请。可以用：%(names)s。")
    raise ValidationError({"procedure": said % {"names": "、".join(open_to)}})


def _household(pk: int | None) -> Household:
    seen = Household.objects.select_related("area", "head")
    found = None if pk is None else seen.filter(pk=pk).first()
    if found is None:
        said = _("没有找到这个家庭，或不在您的辖区。请给出家庭登记的 id。")
        raise ValidationError({"household": said})
    return found


@router.get(
    "/{number}",
    response=CaseShown,
    url_name="case",
    operation_id="case_get",
    summary="取一个办件和可办理的步骤",
    openapi_extra=CASE_DESCRIBED,
)
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    assert isinstance(request.user, User)
    return _shown(request.user, get_object_or_404(Case, number=number))


def _shown(user: User, found: Case) -> dict[str, Any]:
    procedure = PROCEDURES[found.procedure]
    steps = available_steps(actor=user, case=found)
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
