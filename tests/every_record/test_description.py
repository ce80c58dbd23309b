"""The description of the API."""

from django.test import Client

from jimin.foundation.records.declare import RecordType

from .walk import every


@every
def test_the_description_of_the_api_names_every_operation(
    record: RecordType, keeper: Client
) -> None:
    paths = keeper.get("/api/openapi.json").json()["paths"]
    assert "get" in paths[f"/api/{record.slug}/"]
    assert ("post" in paths[f"/api/{record.slug}/"]) == record.is_editable
    properties = paths[f"/api/{record.slug}/{{pk}}"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]["properties"]
    assert set(properties) == {"id", "version", *record.fields}
