"""An application from the clerk's desk to the award, and to a refusal."""

import datetime as dt
from decimal import Decimal

import pytest

from jimin.domains.assistance.models import Application, Assessment, Decision
from jimin.domains.assistance.services import replay
from jimin.foundation.documents.models import Document
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case, Event

from .conftest import Street


def test_an_application_becomes_an_award_from_the_next_month(street: Street) -> None:
    household = street.family("1970-05-01", "1972-03-01")

    case = street.awarded(household)

    assert case.number == "低保〔2016〕昌邑0001号"
    assert case.state == "awarded"
    assert case.closed_on == dt.date(2016, 7, 19)
    assert case.due_on is None
    award = Award.objects.get()
    # (460 − 200) × 2 = 520
    assert (award.amount, award.from_month, award.to_month) == (
        Decimal("520.00"),
        dt.date(2016, 8, 1),
        None,
    )
    assert award.case == case
    assert [one["name"] for one in award.members] == ["王建国", "李秀英"]
    assert list(Event.objects.filter(case=case).values_list("step", "before", "after")) == [
        ("apply", "", "applied"),
        ("accept", "applied", "accepted"),
        ("visit", "accepted", "visited"),
        ("propose", "visited", "proposed"),
        ("approve", "proposed", "approved"),
        ("post_notice", "approved", "on_notice"),
        ("confirm", "on_notice", "awarded"),
    ]


def test_each_state_has_the_limit_of_its_article(street: Street) -> None:
    case = street.applied(street.family())
    assert (case.due_on, case.due_basis) == (dt.date(2016, 7, 4), "民发〔2012〕220号第十三条")

    case = street.step(street.clerk, case, "accept", dt.date(2016, 7, 4))
    assert (case.due_on, case.due_unit) == (dt.date(2016, 7, 18), "working_day")

    case = street.step(street.clerk, case, "visit", dt.date(2016, 7, 6), **street.visit())
    assert case.due_on == dt.date(2016, 7, 13)

    case = street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
    assert case.due_on == dt.date(2016, 7, 14)

    case = street.step(street.officer, case, "approve", dt.date(2016, 7, 8), note="同意")
    assert case.due_on is None

    case = street.step(
        street.clerk,
        case,
        "post_notice",
        dt.date(2016, 7, 11),
        from_day=dt.date(2016, 7, 11),
        place="公示栏",
    )
    # notice of 7 days to 18 July, then 3 working days
    assert (case.due_on, case.due_basis) == (dt.date(2016, 7, 21), "民发〔2012〕220号第二十九条")


def test_a_case_of_2022_has_the_limits_of_the_later_rule(street: Street) -> None:
    from jimin.domains.assistance.services import apply

    from .conftest import answers

    day = dt.date(2022, 3, 7)
    household = street.family()
    case = apply(actor=street.clerk, household=household, data=answers(household), on=day)
    assert case.number == "低保〔2022〕昌邑0001号"
    assert case.due_on is None
    case = street.step(street.clerk, case, "accept", day)
    assert (case.due_on, case.due_basis) == (
        dt.date(2022, 3, 10),
        "最低生活保障审核确认办法第十五条",
    )


def test_the_assessment_is_stored_whole_and_replays_to_the_same(street: Street) -> None:
    case = street.proposed(street.family("1970-05-01", "2005-03-01"))

    found = Application.objects.get(case=case).assessment
    assert found is not None
    assert (found.conclusion, found.amount) == ("符合", Decimal("612.00"))  # 520 + 20% of 460
    assert found.inputs["members"][0]["wage"] == "200.00"
    assert {step["rule"] for step in found.result["steps"]} >= {"per_capita", "topup", "category"}
    assert replay(found) == found.result
    assert len(found.sm3) == 64
    with pytest.raises(TypeError):
        found.save()


def test_a_refusal_is_written_and_delivered(street: Street) -> None:
    household = street.family()
    person = household.members.get().person_id
    case = street.proposed(household, **{f"m{person}-wage": "3000"})
    found = Application.objects.get(case=case).assessment
    assert found is not None
    assert found.conclusion == "不符合"

    case = street.step(street.officer, case, "refuse", dt.date(2016, 7, 8), note="收入高于标准。")
    assert (case.state, case.due_on) == ("refusing", dt.date(2016, 7, 11))
    case = street.step(street.clerk, case, "deliver_refusal", dt.date(2016, 7, 9), note="当面送达")

    assert case.state == "refused"
    decision = Decision.objects.get()
    assert (decision.outcome, decision.amount) == ("refused", Decimal("0.00"))
    assert Document.objects.get().form == "dibao_refusal"
    assert not Award.objects.exists()


def test_correction_stops_the_clock(street: Street) -> None:
    case = street.applied(street.family())
    case = street.step(street.clerk, case, "accept", dt.date(2016, 7, 4))
    # 18 July is the limit; on 11 July five working days are left
    case = street.step(
        street.clerk, case, "return_for_correction", dt.date(2016, 7, 11), note="缺收入证明"
    )
    assert (case.state, case.due_on) == ("correcting", None)

    from .conftest import answers

    data = answers(case.household) | {"note": "已补收入证明"}
    case = street.step(street.clerk, case, "resubmit", dt.date(2016, 8, 1), **data)

    assert (case.state, case.due_on) == ("applied", dt.date(2016, 8, 8))


def test_an_objection_leads_back_to_investigation_and_a_second_notice(street: Street) -> None:
    case = street.on_notice(street.family())
    case = street.step(
        street.clerk, case, "record_objection", dt.date(2016, 7, 13), note="邻居反映有经营收入"
    )
    assert (case.state, case.due_on) == ("reinvestigating", dt.date(2016, 8, 10))

    visit = street.visit() | {"visited_on": dt.date(2016, 7, 14)}
    case = street.step(street.second_clerk, case, "visit", dt.date(2016, 7, 14), **visit)
    case = street.step(street.clerk, case, "propose", dt.date(2016, 7, 15), opinion="agree")
    case = street.step(street.officer, case, "approve", dt.date(2016, 7, 18), note="查无实据")
    day = dt.date(2016, 7, 19)
    case = street.step(street.clerk, case, "post_notice", day, from_day=day, place="公示栏")
    case = street.step(street.officer, case, "confirm", dt.date(2016, 7, 27))

    assert case.state == "awarded"
    assert Award.objects.count() == 1
    assert Assessment.objects.count() == 2


def test_an_unknown_fact_waits_for_a_person(street: Street) -> None:
    from django.core.exceptions import ValidationError

    household = street.family()
    person = household.members.get().person_id
    case = street.visited(household, **{f"m{person}-wage": ""})

    with pytest.raises(ValidationError, match="工资性收入 未填写"):
        street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
    assert not Assessment.objects.exists()

    from .conftest import answers

    facts = answers(household) | {"note": "查看了工资条"}
    case = street.step(street.clerk, case, "revise_facts", dt.date(2016, 7, 7), **facts)
    assert case.state == "visited"
    case = street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
    assert case.state == "proposed"
    assert Application.objects.get(case=case).declaration.members.get().wage == Decimal(200)
    assert household.declarations.count() == 2


def test_a_family_may_withdraw_before_the_decision(street: Street) -> None:
    case = street.proposed(street.family())
    case = street.step(street.clerk, case, "withdraw", dt.date(2016, 7, 8), note="已就业")
    assert (case.state, case.closed_on) == ("withdrawn", dt.date(2016, 7, 8))
    assert Case.objects.count() == 1
