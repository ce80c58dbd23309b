"""The examples that the API's description gives of the steps are what the steps take."""

import datetime as dt
from typing import Any

from django.test import Client

from jimin.kernel.cases.models import Case
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import NoteForm
from jimin.kernel.people.models import Household

from .conftest import APPLIED, OTHER_COMMUNITY, Street, answers

STEP = "/api/cases/{number}/steps/{step}"
OPEN = "/api/cases/"


def described(client: Client, street: Street, path: str = STEP) -> dict[str, Any]:
    client.force_login(street.clerk)
    found: dict[str, Any] = client.get("/api/openapi.json").json()["paths"][path]["post"]
    return found


def application(told: dict[str, Any], household: Household) -> dict[str, Any]:
    """The example of the description, about this family of one."""
    body: dict[str, Any] = told["requestBody"]["content"]["application/json"]
    sent: dict[str, Any] = body["examples"]["dibao"]["value"]
    person = household.members.get().person_id
    data = {k.replace("m1-", f"m{person}-"): v for k, v in sent["data"].items()}
    own = {"relatives": [], "near_relative": False, "holder": person}
    return {**sent, "household": household.pk, "data": data | own}


def test_each_step_has_an_example_that_its_form_takes(street: Street, client: Client) -> None:
    body = described(client, street)["requestBody"]["content"]["application/json"]
    case = street.applied(street.family())
    assert case.household is not None
    person = case.household.members.get().person_id
    steps = {f"dibao.{step.name}": step for step in PROCEDURES["dibao"].steps if step.sources}
    assert set(body["examples"]) == set(steps)
    for name, step in steps.items():
        example = body["examples"][name]["value"]
        assert set(example) == {"data", "token", "version", "on"}
        data = {k.replace("m1-", f"m{person}-"): v for k, v in example["data"].items()}
        if "investigators" in data:
            data["investigators"] = [street.clerk.pk]
        form = (step.form or NoteForm)(data, case=case, actor=street.clerk, on=APPLIED)
        assert set(form.fields) == set(data), name
        assert form.is_valid(), (name, form.errors)


def test_the_example_of_a_step_takes_it(street: Street, client: Client) -> None:
    told = described(client, street)
    body = told["requestBody"]["content"]["application/json"]
    case = street.applied(street.family())
    sent = body["examples"]["dibao.accept"]["value"]
    sent |= {"version": case.version, "on": str(APPLIED + dt.timedelta(days=1))}
    response = client.post(f"/api/cases/{case.number}/steps/accept", sent, "application/json")
    assert response.status_code == 200, response.json()
    assert set(response.json()) == set(
        told["responses"]["200"]["content"]["application/json"]["example"]
    )
    case.refresh_from_db()
    assert case.state == "accepted"


def test_the_example_of_an_application_opens_a_case(street: Street, client: Client) -> None:
    told = described(client, street, OPEN)
    household = street.family()
    sent = application(told, household)
    answer = client.post(OPEN, sent, "application/json")
    assert answer.status_code == 201, answer.json()
    case = Case._base_manager.get()
    assert answer.json()["number"] == case.number
    assert answer.headers["ETag"] == f'"{case.version}"'
    found = client.get(answer.headers["Location"])
    assert found.json() == answer.json()
    assert set(found.json()) == set(
        told["responses"]["201"]["content"]["application/json"]["example"]
    )
    assert [step["name"] for step in found.json()["steps"]][:1] == ["accept"]
    assert case.events.get().actor == street.clerk


def test_an_application_sent_twice_is_one_case(street: Street, client: Client) -> None:
    told = described(client, street, OPEN)
    one, other = street.family(), street.family()
    key = {"Idempotency-Key": "5f1c" * 30}
    first, second = (
        client.post(OPEN, application(told, one), "application/json", headers=key) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    used = client.post(OPEN, application(told, other), "application/json", headers=key)
    assert used.status_code == 409
    again = client.post(OPEN, application(told, one), "application/json")
    assert again.status_code == 409
    assert "已有未办结的申请" in again.json()["detail"]
    assert Case._base_manager.count() == 1


def test_a_wrong_application_names_its_fields(street: Street, client: Client) -> None:
    client.force_login(street.clerk)
    family, elsewhere = street.family(), street.family(area=OTHER_COMMUNITY)
    person = family.members.get().person_id
    data = answers(family) | {"authorised": "", f"m{person}-wage": "多"}

    def fields(**changes: Any) -> set[str]:
        sent = {"procedure": "dibao", "household": family.pk, "data": data, "on": "2016-07-04"}
        answer = client.post(OPEN, sent | changes, "application/json")
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        return {error["field"] for error in answer.json()["errors"]}

    assert fields() == {"authorised", f"m{person}-wage"}
    assert fields(procedure="adoption") == {"procedure"}
    assert fields(household=elsewhere.pk) == {"household"}
    assert fields(household=10**30) == {"household"}
    answer = client.post(OPEN, {}, "application/json")
    assert {error["field"] for error in answer.json()["errors"]} == {"procedure"}
    assert not Case._base_manager.exists()


def test_who_takes_no_applications_opens_no_case(street: Street, client: Client) -> None:
    told = described(client, street, OPEN)
    sent = application(told, street.family())
    client.force_login(street.officer)
    assert client.post(OPEN, sent, "application/json").status_code == 403
    client.force_login(street.other_clerk)
    assert client.post(OPEN, sent, "application/json").status_code == 422
    assert not Case._base_manager.exists()
