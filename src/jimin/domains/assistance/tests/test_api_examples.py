"""The examples that the API's description gives of the steps are what the steps take."""

import datetime as dt
from typing import Any

from django.test import Client

from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import NoteForm

from .conftest import APPLIED, Street

STEP = "/api/cases/{number}/steps/{step}"


def described(client: Client, street: Street) -> dict[str, Any]:
    client.force_login(street.clerk)
    found: dict[str, Any] = client.get("/api/openapi.json").json()["paths"][STEP]["post"]
    return found


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
