"""What the API's description promises, asked by made-up requests of every role of the demo.

Schemathesis makes requests from the description, right and wrong ones. Each goes through the
whole program as a server would hand it in, with a token of full scope where the role may have
one and with a session where not. No answer is a failure of ours, each is as it is described, and
no row in it lies where the role does not reach.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, models, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.records import services
from jimin.foundation.records.declare import RecordType, by_slug, record_for
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case as Matter
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.people.models import Household, Member, Person
from jimin.project.api import api
from jimin.project.wsgi import application

from ..factories import FACTORIES, stored_household
from .programs import Credentials, credentials_of
from .test_every_address import ELSEWHERE, HERE, USERS, api_gates, case_gates, rows

pytestmark = pytest.mark.django_db

FEW = 12
EXAMPLES = {"case_step": 60, "case_open": 24}  # one operation with many steps, or a long form
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
QUICK = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

described: Any = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
)
described.app = application
OPERATIONS = {each.ok().label: each.ok() for each in described.get_all_operations()}


@pytest.fixture
def one_transaction() -> Iterator[None]:
    """A request through the server's own door stays in the transaction of its test.

    Between requests Django closes a connection that is not as it was set up, and one inside a
    transaction is not.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def people(demo_city: None) -> list[tuple[User, Credentials]]:
    """A user of each role, with what a program or a page of theirs sends to be known."""
    users = [User.objects.get(username=name) for name in USERS.values()]
    return [(user, credentials_of(user)) for user in users]


GATES = [(name.removeprefix("api-1:"), gate) for name, gate in (*api_gates(), *case_gates())]
NAMES = {"case_get": "case", "case_open": "case-open", "case_step": "case-step"}


def may_ask(user: User, operation: Any) -> bool:
    """Whether there is anything that the user may do by this operation."""
    name = operation.definition.raw["operationId"]
    gates = [gate for known, gate in GATES if known == NAMES.get(name, name)]
    assert gates, name
    return any(user.may(gate.verb, gate.subject) for gate in gates)


def record_of(operation: Any) -> RecordType | None:
    return by_slug(operation.path.split("/")[2])


def known(operation: Any) -> dict[str, list[Any]]:
    """What an address or a body can name that is there: here and elsewhere."""
    record = record_of(operation)

    def keys(model: Any, area: str = "area_id") -> list[Any]:
        return [where["pk"] for where, _area in rows(model, area)()]

    with acting_as_system("test"):
        beside = Area.objects.filter(parent__children=HERE).exclude(pk=HERE).first()
        assert beside is not None
        found = {
            "area": [HERE, beside.pk, ELSEWHERE],
            "person": keys(Person),
            "head": keys(Person),
            "member": keys(Member, "household__area_id"),
            "household": keys(Household),
        }
        if record is not None and record.area:
            here, elsewhere = keys(record.model, record.area)
            found["pk"] = [here, here, elsewhere]
        elif record is not None:
            if not record.model._base_manager.exists():
                FACTORIES[record.label_lower](HERE, 1).save()
            found["pk"] = [record.model._base_manager.values_list("pk", flat=True)[0]]
        return found


def nearest(area: str) -> models.Case:
    """An order by which what lies in the same township comes first."""
    first, last = (area[:9].ljust(12, end) for end in "09")
    return models.Case(models.When(area_id__gte=first, area_id__lte=last, then=0), default=1)


def matters() -> list[Matter]:
    """A case in each state, here and elsewhere."""
    found: dict[tuple[str, str], Matter] = {}
    with acting_as_system("test"):
        for where, _area in rows(Matter)():
            one = Matter.objects.get(pk=where["pk"])
            first, last = (one.area_id[:6].ljust(12, end) for end in "09")
            inside = Matter.objects.filter(area_id__gte=first, area_id__lte=last)
            for matter in inside.order_by(nearest(HERE), "pk"):
                found.setdefault((matter.area_id[:6], matter.state), matter)
    return list(found.values())


def applications(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The example of each application, filled in for a family of one here, and one elsewhere."""
    found = []
    with acting_as_system("test"):
        for number, area in enumerate((HERE, ELSEWHERE), 1):
            family = stored_household(area, number)
            person = FACTORIES["people.person"](area, number)
            person.save()
            Member.objects.create(household=family, person=person, relation=Member.Relation.HEAD)
            for example in body["examples"].values():
                sent = example["value"]
                data = {k.replace("m1-", f"m{person.pk}-"): v for k, v in sent["data"].items()}
                own = {"relatives": [], "holder": person.pk}
                found.append({**sent, "household": family.pk, "data": data | own})
    return found


def sent_with(operation: Any) -> dict[str, Any]:
    """The body of a request as the description gives it."""
    body = operation.definition.raw.get("requestBody", {})
    found: dict[str, Any] = body.get("content", {}).get("application/json", {})
    return found


def asked(operation: Any) -> st.SearchStrategy[Case[Any]]:
    """Requests made from the description, most of them about something that is there.

    Half of the right ones fill up the example of the description, which leads further in.
    """
    there, body = known(operation), sent_with(operation)
    cases = matters() if "{number}" in operation.path else []
    families = applications(body) if operation.path == "/api/cases/" else []

    @st.composite
    def made(draw: Any) -> Case[Any]:
        mode = draw(st.sampled_from(GenerationMode))
        case: Case[Any] = draw(operation.as_strategy(mode))
        case.headers.pop("Authorization", None)
        for given_in in (case.path_parameters, case.query):
            for name in given_in or ():
                if name in there and draw(st.integers(0, 3)):
                    given_in[name] = str(draw(st.sampled_from(there[name])))
        example = body.get("example")
        if cases and draw(st.integers(0, 3)):
            matter = draw(st.sampled_from(cases))
            case.path_parameters["number"] = matter.number
            steps = PROCEDURES[matter.procedure].steps_from(matter.state)
            if steps and "step" in case.path_parameters:
                step = draw(st.sampled_from(steps)).name
                case.path_parameters["step"] = step
                shown = body["examples"][f"{matter.procedure}.{step}"]["value"]
                example = {"data": shown["data"]}
        if example and mode.is_positive and isinstance(case.body, dict) and draw(st.booleans()):
            filled = example if cases else {**case.body, **example}
            linked = {name: draw(st.sampled_from(there[name])) for name in filled if name in there}
            case.body = filled | linked
        if families and mode.is_positive and draw(st.booleans()):
            case.body = draw(st.sampled_from(families))
        return case

    return made()


def with_version(case: Case[Any]) -> None:
    """Give the row's version as its reader has it, or none: a change is refused without one, and
    nothing is read of a request about another version."""
    record = record_of(case.operation)
    if record is None or "If-Match" not in case.headers:
        return
    row = None
    with suppress(ValueError, OverflowError):
        row = record.model._base_manager.filter(pk=case.path_parameters["pk"]).first()
    if row is not None:
        case.headers["If-Match"] = services.version_of(row)


def out_of_reach(operation: Any, user: User, answer: Any) -> list[str]:
    """What an answer shows of rows that its reader must not see, or shows unmasked."""
    record = record_of(operation)
    if record is None:
        seen = user.may("view", answer["procedure"], answer["area"]) if "area" in answer else True
        return [] if seen else [answer["number"]]
    found = []
    for item in answer.get("items", [answer]):
        if set(item) == {"id"}:  # all that a writer who may not see it is told
            continue
        found += beyond(record, user, record, item["id"])
        for name in set(item) & set(record.fields):
            if name in record.sealed_names and item[name] and "*" not in item[name]:
                found.append(f"{record.slug} {item['id']} {name}")
            linked = record.field_map[name].related_model and record_for(
                record.field_map[name].related_model
            )
            # what belongs to no area may name areas above the reader's: a province's figure
            if record.area and linked and linked.area and item[name]:
                found += beyond(record, user, linked, item[name]["id"])
    return found


def beyond(record: RecordType, user: User, shown: RecordType, pk: Any) -> list[str]:
    """A row that is shown, or a link to one, where the reader of the register does not reach."""
    area = shown.area_of(shown.model._base_manager.get(pk=pk))
    return [] if user.may("view", record.subject, area) else [f"{shown.slug} {pk}"]


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_described(
    label: str, people: list[tuple[User, Credentials]], one_transaction: None
) -> None:
    """The first requests come from everybody, the others from who may do such a thing."""
    operation = OPERATIONS[label]
    may = [person for person in people if may_ask(person[0], operation)]
    answered = set()
    asked_by = chain([people], repeat(may))

    @settings(QUICK, max_examples=EXAMPLES.get(operation.definition.raw["operationId"], FEW))
    @given(case=asked(operation))
    def ask(case: Case[Any]) -> None:
        with_version(case)
        for user, sent in next(asked_by):
            with transaction.atomic():
                response = case.call(headers=sent.headers, cookies=sent.cookies)
                case.validate_response(response, checks=CHECKS)
                answered.add(response.status_code)
                if response.status_code in (200, 201):
                    shown = out_of_reach(operation, user, json.loads(response.content))
                    assert not shown, (user.username, shown)
                transaction.set_rollback(True)

    ask()
    if label == "POST /api/cases/":
        assert {201, 403, 422} <= answered
