"""The API beyond the doors: its description, its examples, versions and errors."""

from typing import Any

from django.test import Client

from jimin.foundation.records.api import examples
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.values import hidden

from .walk import api, every, every_editable, make, words_of

JSON = "application/json"


def described(client: Client, path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()["paths"][path][method]
    return found


@every
def test_a_row_is_answered_as_described(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    told = described(keeper, f"/api/{record.slug}/{{pk}}", "get")["responses"]["200"]
    schema = told["content"][JSON]["schema"]
    row = keeper.get(api(record, obj.pk)).json()
    assert set(row) == set(schema["properties"]) == set(schema["required"])
    assert set(told["content"][JSON]["example"]) == set(row)
    page = keeper.get(api(record)).json()
    listed = described(keeper, f"/api/{record.slug}/", "get")["responses"]["200"]
    wanted = listed["content"][JSON]["schema"]["properties"]["items"]["items"]["required"]
    assert all(set(item) == set(wanted) for item in page["items"])


@every
def test_the_example_of_a_row_shows_no_sealed_value(record: RecordType) -> None:
    shown = examples.row(record)
    for name in record.sealed_names & set(record.fields):
        value = record.examples.get(name)
        assert shown[name] == "" or "*" in shown[name]
        assert value is None or shown[name] == hidden(value)


@every_editable
def test_the_example_of_a_new_row_is_taken(record: RecordType, keeper: Client) -> None:
    example = described(keeper, f"/api/{record.slug}/", "post")["requestBody"]["content"][JSON]
    sent = example["example"]
    response = keeper.post(api(record), sent, content_type=JSON)
    assert response.status_code == 201, response.content.decode()
    assert set(sent) >= set(example["schema"].get("required", ()))


@every
def test_a_row_that_has_not_changed_is_not_sent_again(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    tag = keeper.get(api(record, obj.pk)).headers["ETag"]
    again = keeper.get(api(record, obj.pk), headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    other = keeper.get(api(record, obj.pk), headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


@every_editable
def test_errors_are_problems_in_the_language_asked(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    english = {"Accept-Language": "en"}
    refused = keeper.patch(
        api(record, obj.pk), {words_of(record): "x"}, content_type=JSON, headers=english
    )
    assert refused.status_code == 428
    assert "If-Match" in refused.json()["detail"]
    missing = keeper.get(f"/api/{record.slug}/no/such/address", headers=english)
    for response in (refused, missing, keeper.delete(api(record), headers=english)):
        assert response.headers["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == response.status_code
        assert problem["title"].isascii()
        assert problem["detail"].isascii()
