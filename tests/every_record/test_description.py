"""The description of the API."""

import json
from typing import Any

from django.test import Client

from jimin.foundation.records.declare import RecordType
from jimin.project.api import api as project_api

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


def test_no_name_stands_twice_in_the_description() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _value in pairs]
        assert len(names) == len(set(names)), names
        return dict(pairs)

    text = json.dumps(project_api.get_openapi_schema(path_prefix="/api/"))
    paths = json.loads(text, object_pairs_hook=once)["paths"]
    for operations in paths.values():
        for operation in operations.values():
            good = {status for status in operation["responses"] if status.startswith("2")}
            assert len(good) == 1, operation["operationId"]
            assert "default" in operation["responses"], operation["operationId"]
