"""The monthly run: proposes for every family, doubles nothing, and a second person approves."""

import datetime as dt
import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jimin.domains.assistance.models import Declaration, MonthLine, MonthRun
from jimin.domains.assistance.services import (
    Declared,
    approve_month,
    assess_month,
    declare_many,
)
from jimin.engine.rules.emit import EMIT
from jimin.foundation.access.scope import System
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award
from jimin.kernel.people.models import Household
from jimin.policies import load_policy
from jimin.policies.decisions import replay

from .conftest import COUNTY, OTHER_COMMUNITY, Street

JUNE, JULY, AUGUST = dt.date(2016, 6, 1), dt.date(2016, 7, 1), dt.date(2016, 8, 1)
SYSTEM = System("test")


def declared(
    household: Household, *wages: str | None, source: str = "carried_over", **facts: Any
) -> Declared:
    """A family without property whose members earn these wages; None is unknown."""
    people = list(household.members.order_by("relation", "id").select_related("person"))
    members = {
        member.person_id: {
            "relation": member.relation,
            "birth": member.person.birth,
            "is_student": False,
            "is_seriously_ill": False,
            "is_single_parent": False,
            "wage": None if wage is None else Decimal(wage),
            "business": Decimal(0),
            "property": Decimal(0),
            "transfer": Decimal(0),
        }
        for member, wage in zip(people, wages, strict=True)
    }
    known: dict[str, Any] = {"financial_assets": Decimal(0), "vehicles": 0, "dwellings": 1}
    return Declared(
        household=household,
        members=members,
        declared_on=dt.date(2016, 5, 1),
        authorised_on=dt.date(2016, 5, 1),
        source=source,
        **(known | facts),
    )


def run_of(street: Street, month: dt.date) -> MonthRun:
    [run] = assess_month(actor=street.officer, month=month, area=Area.objects.get(pk=COUNTY))
    return run


def proposals(run: MonthRun) -> list[tuple[str, str, Decimal | None]]:
    return list(
        MonthLine.objects.filter(run=run)
        .order_by("household_id")
        .values_list("proposal", "conclusion", "amount")
    )


def test_a_run_proposes_and_an_approval_grants(street: Street) -> None:
    poor, rich, unknown, new = (street.family() for _ in range(4))
    declare_many(
        actor=SYSTEM,
        declared=[
            declared(poor, "100"),
            declared(rich, "2000"),
            declared(unknown, None),
            declared(new, "100", source="application"),
        ],
    )

    run = run_of(street, JUNE)

    assert proposals(run) == [
        ("grant", "符合", Decimal("325.00")),
        ("none", "不符合", Decimal("0.00")),
        ("review", "待人工核实", None),
        ("apply", "符合", Decimal("325.00")),
    ]
    assert MonthLine.objects.get(household=unknown).reason == "王建国：工资性收入 未填写"
    assert not Award.objects.exists()

    approve_month(actor=street.director, run=run)
    award = Award.objects.get()
    assert (award.household, award.amount, award.from_month) == (poor, Decimal("325.00"), JUNE)
    assert award.basis == "2016-06 月度核定"


def test_a_child_counts_from_the_month_of_birth(street: Street) -> None:
    family = street.family("1970-01-01", "2016-07-10")
    declare_many(actor=SYSTEM, declared=[declared(family, "100", "0")])

    assert proposals(run_of(street, JUNE)) == [("grant", "符合", Decimal("325.00"))]
    # July: (460 − 50) × 2, and 20 % of 460 for the child
    assert proposals(run_of(street, JULY)) == [("grant", "符合", Decimal("912.00"))]


def test_a_run_made_twice_and_approved_twice_doubles_nothing(street: Street) -> None:
    declare_many(actor=SYSTEM, declared=[declared(street.family(), "100")])
    first, second = run_of(street, JUNE), run_of(street, JUNE)
    assert first.pk == second.pk
    assert MonthLine.objects.count() == 1

    approve_month(actor=street.director, run=first)
    approve_month(actor=street.director, run=second)

    assert Award.objects.count() == 1
    with pytest.raises(ValidationError, match="已批准"):
        assess_month(actor=street.officer, month=JUNE, area=Area.objects.get(pk=COUNTY), again=True)


def test_the_next_month_changes_stops_and_phases_out(street: Street) -> None:
    same, more, over, gone = (street.family() for _ in range(4))
    for_june = [declared(one, "100") for one in (same, more, over, gone)]
    declare_many(actor=SYSTEM, declared=for_june)
    approve_month(actor=street.director, run=run_of(street, JUNE))
    declare_many(
        actor=SYSTEM,
        declared=[declared(more, "50"), declared(over, "500"), declared(gone, "5000")],
    )

    run = run_of(street, JULY)  # the standard rises from 425 to 460
    assert proposals(run) == [
        ("increase", "符合", Decimal("360.00")),
        ("increase", "符合", Decimal("410.00")),
        ("keep", "渐退", Decimal("325.00")),
        ("stop", "不符合", Decimal("0.00")),
    ]
    approve_month(actor=street.director, run=run)

    assert list(
        Award.objects.order_by("household_id", "id").values_list(
            "household_id", "amount", "from_month", "to_month"
        )
    ) == [
        (same.pk, Decimal("325.00"), JUNE, JUNE),
        (same.pk, Decimal("360.00"), JULY, None),
        (more.pk, Decimal("325.00"), JUNE, JUNE),
        (more.pk, Decimal("410.00"), JULY, None),
        (over.pk, Decimal("325.00"), JUNE, None),
        (gone.pk, Decimal("325.00"), JUNE, JUNE),
    ]
    assert Award.objects.get(household=gone).end_reason == (
        "人均月收入 5000.00 元，不低于标准 460.00 元"
    )
    assert Declaration.objects.get(household=over, is_current=True).over_since == JULY


def test_a_gradual_exit_ends_after_its_months(street: Street) -> None:
    household = street.family()
    declare_many(actor=SYSTEM, declared=[declared(household, "100")])
    approve_month(actor=street.director, run=run_of(street, JUNE))
    declare_many(actor=SYSTEM, declared=[declared(household, "500", over_since=JULY)])

    december = run_of(street, dt.date(2016, 12, 1))
    january = run_of(street, dt.date(2017, 1, 1))

    assert proposals(december) == [("keep", "渐退", Decimal("325.00"))]
    assert proposals(january) == [("stop", "不符合", Decimal("0.00"))]


def test_nobody_is_assessed_without_authorisation(street: Street) -> None:
    facts = declared(street.family(), "100")
    from dataclasses import replace

    declare_many(actor=SYSTEM, declared=[replace(facts, authorised_on=None)])
    assert run_of(street, JUNE).households == 0


def test_the_run_files_its_books_with_their_digest(street: Street) -> None:
    household = street.family("1970-01-01", "2001-02-03")
    declare_many(actor=SYSTEM, declared=[declared(household, "100.50", "0")])
    run = run_of(street, JUNE)

    books = run.read_books()
    assert sm3(books) == run.sm3
    [row] = pq.read_table(io.BytesIO(books)).to_pylist()
    assert row["household"] == household.pk
    assert row["conclusion"] == "符合"
    assert [member["wage"] for member in row["members"]] == [10050, 0]
    assert (row["version"], row["month"]) == (run.version, "2016-06")
    assert Fraction(row["per_capita_numerator"], row["per_capita_denominator"]) == Fraction("50.25")


def test_the_books_of_a_run_are_computed_again_from_themselves(
    street: Street, tmp_path: Path
) -> None:
    declare_many(
        actor=SYSTEM,
        declared=[declared(street.family(), wage) for wage in ("100", "425", "2000", None)],
    )
    books = tmp_path / "books.parquet"
    books.write_bytes(run_of(street, JUNE).read_books())
    [replayed] = replay(books, load_policy("jilin"))
    assert (replayed.compared, replayed.exact, replayed.differing) == (4, 4, 0)


def test_a_run_the_interpreter_does_not_agree_with_is_not_kept(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that takes an income of exactly the standard for one below it."""
    declare_many(
        actor=SYSTEM,
        declared=[declared(street.family(), wage) for wage in ("100", "425", "2000")],
    )
    original = EMIT["compared"]
    monkeypatch.setitem(
        EMIT, "compared", lambda emitter, term: original(emitter, term).replace(" < ", " <= ")
    )
    with pytest.raises(ValidationError, match=r"批量结果 符合，逐户复算 不符合.*不能公布"):
        run_of(street, JUNE)
    assert not MonthRun.objects.exists()
    assert not MonthLine.objects.exists()


def test_who_runs_a_month_does_not_approve_it(street: Street) -> None:
    declare_many(actor=SYSTEM, declared=[declared(street.family(), "100")])
    run = run_of(street, JUNE)
    with pytest.raises(PermissionDenied):
        approve_month(actor=street.officer, run=run)
    MonthRun._base_manager.filter(pk=run.pk).update(run_by=street.director)
    with pytest.raises(PermissionDenied, match="另一人"):
        approve_month(actor=street.director, run=run)
    assert not Award.objects.exists()


def test_a_month_of_another_county_is_refused(street: Street) -> None:
    declare_many(actor=SYSTEM, declared=[declared(street.family(area=OTHER_COMMUNITY), "100")])
    with pytest.raises(PermissionDenied):
        assess_month(actor=street.other_officer, month=JUNE, area=Area.objects.get(pk=COUNTY))
    runs = assess_month(actor=street.other_officer, month=JUNE)
    assert [(run.area.name, run.households) for run in runs] == [("龙潭区", 1)]


def test_outside_the_demo_example_figures_decide_nothing(street: Street, settings: Any) -> None:
    declare_many(actor=SYSTEM, declared=[declared(street.family(), "100")])
    run = run_of(street, JUNE)
    settings.DEMO = False
    with pytest.raises(ValidationError, match="城市低保标准"):
        approve_month(actor=street.director, run=run)
    assert not Award.objects.exists()
