"""Three refusals of suitable work: entered on the form, assessed in the case and in the month."""

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from jimin.domains.assistance import queries
from jimin.domains.assistance.models import Assessment, MemberFacts, MonthLine
from jimin.domains.assistance.services import Declared, approve_month, declare_many
from jimin.domains.assistance.services.assessments import replay
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.services import StepRefused
from jimin.kernel.people.models import Household
from jimin.policies import assess_household, load_policy

from .conftest import Street, answers
from .test_months import JUNE, SYSTEM, declared, run_of

JULY_7 = dt.date(2016, 7, 7)
REFUSED = "有成员无正当理由连续 3 次拒绝适当工作，其本人的部分减发或者停发，应发 {amount} 元"


def field(household: Household, place: int = 0) -> str:
    people = household.members.order_by("relation").values_list("person_id", flat=True)
    return f"m{people[place]}-refused_jobs"


def with_refusals(facts: Declared, *counts: int | None) -> Declared:
    members = {
        person: {**of_member, "refused_jobs": count}
        for (person, of_member), count in zip(facts.members.items(), counts, strict=True)
    }
    return replace(facts, members=members)


def page_of(street: Street, case: Case, step: str = "") -> str:
    client = Client()
    client.force_login(street.clerk)
    return client.get(f"/cases/{case.pk}/{step}").content.decode()


def test_a_refusal_on_the_form_stops_the_own_part(street: Street) -> None:
    household = street.family("1970-01-01", "1972-01-01")
    case = street.proposed(household, **{field(household): "３"})

    assessment = Assessment.objects.get()
    # 460 less 200 for each of the two; one part is not paid
    assert (assessment.conclusion, assessment.amount) == ("符合", Decimal("260.00"))
    assert assessment.reason.endswith(REFUSED.format(amount="260.00"))
    assert [one["refused_jobs"] for one in assessment.inputs["members"]] == [3, None]
    assert replay(assessment) == assessment.result
    page = page_of(street, case)
    assert page.count("<div>连续拒绝适当工作的次数：<strong>3</strong></div>") == 1
    assert page.count("<div>连续拒绝适当工作的次数：") == 1
    assert "社会救助暂行办法第四十五条" in page


@pytest.mark.parametrize(("entered", "kept"), [("", None), ("0", 0), ("2", 2)])
def test_less_than_three_refusals_or_an_unknown_number_change_nothing(
    street: Street, entered: str, kept: int | None
) -> None:
    household = street.family("1970-01-01", "1972-01-01")
    street.proposed(household, **{field(household): entered})
    assessment = Assessment.objects.get()
    assert (assessment.conclusion, assessment.amount) == ("符合", Decimal("520.00"))
    assert "拒绝" not in assessment.reason
    assert MemberFacts.objects.order_by("id").values_list("refused_jobs", flat=True)[0] == kept


def test_a_family_to_which_nothing_is_due_is_not_approved(street: Street) -> None:
    household = street.family()
    case = street.proposed(household, **{field(household): "3"})
    with pytest.raises(StepRefused, match="应发金额为 0 元，没有可发给的低保金"):
        street.step(street.officer, case, "approve", dt.date(2016, 7, 8), note="同意")
    assert Case.objects.get().state == "proposed"


@pytest.mark.parametrize(("entered", "sentence"), [("三次", "应为整数"), ("101", "0 至 100")])
def test_a_number_that_cannot_be_is_refused(street: Street, entered: str, sentence: str) -> None:
    household = street.family()
    with pytest.raises(ValidationError, match=sentence):
        street.applied(household, **{field(household): entered})
    assert not MemberFacts.objects.exists()


def test_the_question_is_folded_away_until_somebody_answered_it(street: Street) -> None:
    without = street.visited(street.family())
    page = page_of(street, without, "steps/revise_facts/")
    assert page.count("少见情况：连续拒绝适当工作的次数") == 1
    assert '<details class="mb-3">' in page
    assert "<div>连续拒绝适当工作的次数：" not in page_of(street, without)

    household = street.family()
    refused = street.visited(household, **{field(household): "1"})
    page = page_of(street, refused, "steps/revise_facts/")
    assert '<details class="mb-3" open>' in page
    assert f'name="{field(household)}" value="1"' in page


def test_a_corrected_number_can_still_be_read(street: Street) -> None:
    household = street.family()
    case = street.visited(household, **{field(household): "3"})
    facts = answers(household) | {field(household): "2", "note": "第三次有正当理由"}
    case = street.step(street.clerk, case, "revise_facts", JULY_7, **facts)
    page = page_of(street, case)
    assert "2016-07-04 的声明，已更正（登记人 赵经办）" in page
    now, before = page.index("次数：<strong>2<"), page.index("次数：<strong>3<")
    assert now < page.index("已更正") < before


def test_the_month_reduces_and_stops_as_the_interpreter_does(street: Street) -> None:
    two, alone, unknown = (
        street.family("1970-01-01", "1972-01-01"),
        street.family(),
        street.family(),
    )
    before = [declared(two, "100", "100"), declared(alone, "100"), declared(unknown, "100")]
    declare_many(actor=SYSTEM, declared=before)
    approve_month(actor=street.director, run=run_of(street, JUNE))
    counts: list[tuple[int | None, ...]] = [(3, None), (4,), (None,)]
    declare_many(
        actor=SYSTEM,
        declared=[with_refusals(one, *of) for one, of in zip(before, counts, strict=True)],
    )

    run = run_of(street, dt.date(2016, 7, 1))
    lines = list(MonthLine.objects.filter(run=run).order_by("household_id"))
    assert [(line.proposal, line.conclusion, line.amount) for line in lines] == [
        ("decrease", "符合", Decimal("360.00")),
        ("stop", "符合", Decimal("0.00")),
        ("increase", "符合", Decimal("360.00")),
    ]
    for line in lines:
        household, members = queries.inputs_of(line.declaration)
        found = assess_household(load_policy("jilin"), "2016-07", household, members)
        assert (found.conclusion, found.amount) == (line.conclusion, line.amount)
        assert line.reason == ("" if line.household == unknown else found.reason)

    approve_month(actor=street.director, run=run)
    ended: Any = Award.objects.filter(to_month=JUNE).order_by("household_id")
    assert [award.end_reason.split("；")[-1] for award in ended[:2]] == [
        REFUSED.format(amount="360.00"),
        REFUSED.format(amount="0.00"),
    ]


def test_the_books_of_a_month_hold_the_refusals(street: Street) -> None:
    import pyarrow.parquet as pq

    family = declared(street.family("1970-01-01", "1972-01-01"), "100", "100")
    declare_many(actor=SYSTEM, declared=[with_refusals(family, None, 3)])
    books = io.BytesIO(run_of(street, JUNE).read_books())
    [row] = pq.read_table(books).to_pylist()
    assert [member["refused_jobs"] for member in row["members"]] == [None, 3]
    assert (row["somebody_refused_work"], row["amount_fen"]) == (True, 32500)
