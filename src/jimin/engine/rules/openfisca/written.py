"""Parameters as our own YAML files write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from ..parameters import DatedValue, Parameter


def written(parameters: Iterable[Parameter]) -> str:
    """A file that `load_parameters` reads back as the same parameters."""
    return "\n".join(_parameter(parameter) for parameter in parameters)


def _parameter(parameter: Parameter) -> str:
    lines = [
        f"{parameter.name}:",
        f"  label: {_quoted(parameter.label)}",
        f"  unit: {parameter.unit_name}",
    ]
    if parameter.key_names:
        lines.append(f"  keys: [{', '.join(parameter.key_names)}]")
    if parameter.threshold_unit_name:
        lines.append(f"  thresholds: {parameter.threshold_unit_name}")
    lines.append("  values:")
    for _, alike in groupby(parameter.values, key=_entry):
        values = list(alike)
        first = values[0]
        lines.append(f"    - since: {first.since}")
        if first.until is not None:
            lines.append(f"      until: {first.until}")
        lines.append(f"      source: {_quoted(first.source)}")
        lines.append(f"      status: {first.status}")
        lines.append(f"      value: {_tree(values)}")
    return "\n".join(lines) + "\n"


def _entry(value: DatedValue) -> tuple[object, ...]:
    return value.since, value.until, value.source, value.status


def _tree(values: list[DatedValue]) -> str:
    if values[0].key == ():
        return decimal_text(values[0].value)
    tree: dict[str, Any] = {}
    for value in values:
        inside = tree
        for part in value.key[:-1]:
            inside = inside.setdefault(part, {})
        inside[value.key[-1]] = decimal_text(value.value)
    return _flow(tree)


def _flow(tree: Mapping[str, Any]) -> str:
    inside = (
        f"{_quoted(key)}: {_flow(value) if isinstance(value, dict) else value}"
        for key, value in tree.items()
    )
    return "{" + ", ".join(inside) + "}"


def decimal_text(number: int | Fraction) -> str:
    """Exactly, as a decimal where there is one."""
    if isinstance(number, int):
        return str(number)
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
        if places > 20:
            return f"{number.numerator}/{number.denominator}"
    digits = f"{abs(int(number * 10**places)):0{places + 1}d}"
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
