# ruff: noqa: E501  the lines of the page are paragraphs
"""docs/api.md, made from the description of the API, so that it never says anything else.

tools/api_page.py write   make the page again
tools/api_page.py check   fail when it is not what the description gives
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs/api.md"
METHODS = ("get", "post", "patch", "put", "delete")
JSON = "application/json"
HEAD = """# The API

Made from the description at `/api/openapi.json` (OpenAPI 3.1) by `tools/api_page.py write`; do not edit it by hand. Labels are those of the pages, in Chinese. Examples are made from the declarations and name nobody.

## Signing in

A program sends `Authorization: Bearer …` with a token that a user makes under 我的账号 → 接口令牌. It may do what its scope names, of what its owner's posts allow, in the owner's areas, with the same masking; [guide/api-tokens.md](guide/api-tokens.md) says how tokens are made and ended. A page of the program itself comes with its session and an `X-CSRFToken`.

## What every operation keeps to

- **Lists** answer `count`, `items` and `next`; send `next` back as `after` for the following page. Further filters are query parameters.
- **Values** are of the kinds named below: a number sent for a text, an unknown field, an order that does not exist are refused (422), never read as something else.
- **Versions**: a row comes with an `ETag`. Send it as `If-Match` to change the row (412 when somebody saved meanwhile, 428 without it), as `If-None-Match` to be told 304 when nothing changed.
- **Once**: a `POST` with an `Idempotency-Key` makes one row however often it is sent.
- **Errors** are `application/problem+json` (RFC 9457) in the language of `Accept-Language`, with a line per wrong field in `errors`. Rows outside the area are 404, what is not granted 403.
- **Limits**: too many requests in a minute are 429 with `Retry-After`.
"""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["write"]:
            PAGE.write_text(page(), encoding="utf-8")
            return 0
        case ["check"]:
            if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
                return 0
            print("docs/api.md is not what the description of the API gives")
            return 1
    print(__doc__)
    return 2


def description() -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from jimin.project.api import api

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
    return found


def _whole(told: Any) -> Any:
    """The description with what it refers to (`$ref`) written out in its place."""

    def write_out(part: Any) -> Any:
        if isinstance(part, list):
            return [write_out(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            named = told
            for step in part["$ref"].removeprefix("#/").split("/"):
                named = named[step]
            return write_out(named)
        return {name: write_out(each) for name, each in part.items()}

    return write_out(told)


def page() -> str:
    told = _whole(description())
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in sorted(told["paths"].items()):
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                by_tag.setdefault(operation["tags"][0], []).append((method, path, operation))
    lines = [HEAD]
    for tag, operations in sorted(by_tag.items()):
        lines += [f"## {tag}", "", *_operations(operations), *_fields(operations)]
        lines += _examples(operations)
    return "\n".join(lines).rstrip() + "\n"


def _operations(operations: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    yield "| operation | what it does | must be sent |"
    yield "|---|---|---|"
    for method, path, operation in operations:
        needed = [p["name"] for p in operation.get("parameters", ()) if _is_sent(p)]
        needed += _body(operation).get("required", [])
        sent = ", ".join(f"`{name}`" for name in needed)
        yield f"| `{method.upper()} {path}` | {_cell(operation['summary'])} | {sent} |"
    yield ""


def _is_sent(parameter: dict[str, Any]) -> bool:
    return bool(parameter.get("required")) and parameter["in"] != "path"


def _sent(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
    return found


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _sent(operation).get("schema", {})
    return found


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    for status, answer in operation["responses"].items():
        if str(status).startswith("2"):
            found: dict[str, Any] = answer.get("content", {}).get(JSON, {})
            return found
    return {}


def _is_of_one(method: str, path: str) -> bool:
    return method == "get" and path.endswith(("{pk}", "{number}"))


def _fields(operations: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    """Of the row that is answered when one is asked for."""
    rows = [op for method, path, op in operations if _is_of_one(method, path)]
    if not rows:
        return
    yield "| field | label | type | |"
    yield "|---|---|---|---|"
    for name, shape in _answer(rows[0])["schema"]["properties"].items():
        label, note = shape.get("title", ""), shape.get("description", "")
        yield f"| `{name}` | {_cell(label)} | {_kind(shape)} | {_cell(note)} |"
    yield ""


def _kind(shape: dict[str, Any]) -> str:
    if "anyOf" in shape:
        return " or ".join(_kind(each) for each in shape["anyOf"])
    kinds = shape.get("type", "any")
    kind = " or ".join(kinds) if isinstance(kinds, list) else kinds
    return f"{kind}, {shape['format']}" if "format" in shape else str(kind)


def _examples(operations: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    for method, path, operation in operations:
        sent = _sent(operation)
        if sent.get("example"):
            yield f"`{method.upper()} {path}` sends"
            yield from _shown(sent["example"])
        for name, example in sent.get("examples", {}).items():
            done = path.replace("{step}", name.rpartition(".")[2])
            yield f"`{method.upper()} {done}` ({_cell(example['summary'])}) sends"
            yield from _shown(example["value"])
    for method, path, operation in operations:
        answer = _answer(operation).get("example")
        if answer and _is_of_one(method, path):
            yield f"`{method.upper()} {path}` answers"
            yield from _shown(answer)


def _shown(example: Any) -> Iterator[str]:
    yield from ("", "```json", json.dumps(example, ensure_ascii=False, indent=2), "```", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
