"""A procedure declared wrongly is refused at start; limits are data with their law."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jimin.kernel.cases.rules import (
    Limit,
    Procedure,
    ProcedureError,
    Separation,
    State,
    Step,
    read_limits,
    register,
    short_name,
)

LIMIT = Limit(5, "working_day", "某条", dt.date(2012, 1, 1), dt.date(2021, 6, 30))
LATER = Limit(10, "day", "新条", dt.date(2021, 7, 1))


def procedure(**changes: Any) -> Procedure:
    parts: dict[str, Any] = {
        "name": "sample",
        "label": "样例",
        "number": "样〔{year}〕{unit}{serial:03d}号",
        "states": (State("open", "待办", limit="decide"), State("done", "办结", is_closed=True)),
        "steps": (
            Step("open", "登记", (), "open"),
            Step("close", "办结", ("open",), "done"),
        ),
        "opening": "open",
        "limits": {"decide": (LIMIT, LATER)},
        "valid_from": dt.date(2012, 1, 1),
    }
    return Procedure(**(parts | changes))


def test_the_limit_is_that_of_the_law_on_the_day_it_begins() -> None:
    found = procedure()
    assert found.limit_of("open", dt.date(2021, 6, 30)) == LIMIT
    assert found.limit_of("open", dt.date(2021, 7, 1)) == LATER
    assert found.limit_of("open", dt.date(2011, 1, 1)) is None
    assert found.limit_of("done", dt.date(2016, 1, 1)) is None
    assert LIMIT.due(dt.date(2016, 7, 1)) == dt.date(2016, 7, 8)
    assert LATER.due(dt.date(2022, 7, 1)) == dt.date(2022, 7, 11)


def test_validity_has_two_ends() -> None:
    found = procedure(valid_to=dt.date(2016, 12, 31))
    days = [dt.date(2011, 12, 31), dt.date(2012, 1, 1), dt.date(2016, 12, 31), dt.date(2017, 1, 1)]
    assert [found.is_valid(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"states": (State("open", ""), State("open", ""))}, "declared twice"),
        ({"opening": "nothing"}, "opening step"),
        ({"opening": "close"}, "opening step"),
        ({"limits": {}}, "unknown limit"),
        (
            {"steps": (Step("open", "", (), "open"), Step("close", "", ("gone",), "done"))},
            r"unknown states \['gone'\]",
        ),
        (
            {"steps": (Step("open", "", (), "open"), Step("again", "", ("done",), "open"))},
            "a closed case takes no step",
        ),
        ({"steps": (Step("open", "", (), "open"),)}, "nothing leads out of open"),
        ({"separations": (Separation(("x",), ("close",), ""),)}, r"unknown steps \['x'\]"),
        ({"whole_limit": "decide"}, "limit of the whole"),
    ],
)
def test_a_procedure_that_cannot_work_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProcedureError, match=sentence):
        procedure(**changes)


def test_a_procedure_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jimin.kernel.cases.rules.PROCEDURES", {})
    register(procedure())
    with pytest.raises(ProcedureError, match="declared twice"):
        register(procedure())


def test_separation_bars_both_ways() -> None:
    apart = Separation(("visit",), ("decide",), "")
    assert apart.bars("decide", ["visit"])
    assert apart.bars("visit", ["decide"])
    assert not apart.bars("decide", ["decide"])
    assert not apart.bars("other", ["visit", "decide"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [{count: 5, unit: week, basis: 某条, valid_from: 2012-01-01}]", "write count, unit"),
        ("a: [{count: -1, unit: day, basis: 某条, valid_from: 2012-01-01}]", "write count, unit"),
        ("a: [{count: 5, unit: day, basis: '', valid_from: 2012-01-01}]", "write count, unit"),
        ("a: [{count: 5, unit: day, valid_from: 2012-01-01}]", "basis"),
        ("a: [{count: 5, unit: day, basis: 某条, valid_from: 2012-01-01, x: 1}]", "x"),
        (
            "a: [{count: 5, unit: day, basis: 甲, valid_from: 2012-01-01},"
            " {count: 6, unit: day, basis: 乙, valid_from: 2013-01-01}]",
            "two limits are valid on 2013-01-01",
        ),
    ],
)
def test_limits_in_error_are_refused_whole(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProcedureError, match=sentence):
        read_limits(path)


def test_limits_are_read_in_the_order_of_their_dates(tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    later = "{count: 6, unit: day, basis: 乙, valid_from: 2013-01-01}"
    first = "{count: 5, unit: day, basis: 甲, valid_from: 2012-01-01, valid_to: 2012-12-31}"
    path.write_text(f"a: [{later}, {first}]", encoding="utf-8")
    assert [limit.count for limit in read_limits(path)["a"]] == [5, 6]


def test_the_whole_limit_ends_a_state_that_has_none() -> None:
    from jimin.kernel.cases.services.clock import due_in

    found = procedure(whole_limit="whole", whole_from="open", limits={
        "decide": (LATER,), "whole": (replace(LATER, count=30, unit="working_day"),),
    })  # fmt: skip
    start = dt.date(2022, 3, 1)
    assert due_in(found, "open", dt.date(2022, 3, 8), start).on == dt.date(2022, 3, 18)
    assert due_in(found, "open", dt.date(2022, 4, 10), start).on == dt.date(2022, 4, 13)
    assert due_in(found, "done", start, start).on is None


@pytest.mark.parametrize(
    ("name", "short"),
    [("昌邑区", "昌邑"), ("永吉县", "永吉"), ("吉林市", "吉林"), ("某县", "某县")],
)
def test_units_are_written_short(name: str, short: str) -> None:
    assert short_name(name) == short
