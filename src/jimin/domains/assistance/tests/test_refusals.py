"""What must not happen to an application, from every door; nothing changes when refused."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from jimin.domains.assistance.models import Application, Decision, Declaration, HomeVisit
from jimin.domains.assistance.services import apply
from jimin.foundation.documents.models import Counter, Document
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import StepRefused, recuse, take_step
from jimin.kernel.payments.models import PayeeAccount
from jimin.kernel.policy.services import release_policy

from .conftest import APPLIED, OTHER_COMMUNITY, Street, answers

DAY = dt.date(2016, 7, 8)
DIBAO = PROCEDURES["dibao"]
DATA: dict[str, dict[str, Any]] = {
    "return_for_correction": {"note": "缺材料"},
    "resubmit": {"note": "已补"},
    "visit": {
        "visited_on": dt.date(2016, 7, 6),
        "others": "甲\n乙",
        "findings": "属实",
    },
    "revise_facts": {"note": "已核实"},
    "propose": {"opinion": "agree"},
    "approve": {"note": "同意"},
    "refuse": {"note": "收入高"},
    "send_back": {"note": "重查"},
    "post_notice": {"from_day": DAY, "place": "公示栏"},
    "record_objection": {"note": "有异议"},
    "withdraw": {"note": "撤回"},
}


def state_of_everything() -> list[Any]:
    return [
        list(Case._base_manager.values_list("pk", "state", "version", "due_on").order_by("pk")),
        [
            model._base_manager.count()
            for model in (Event, Declaration, Decision, HomeVisit, Award, Document)
        ],
        list(Counter.objects.values_list("series", "last").order_by("pk")),
    ]


def reach(street: Street, state: str) -> Case:
    """A case in a state."""
    household = street.family()
    match state:
        case "applied":
            return street.applied(household)
        case "correcting":
            case_ = street.applied(household)
            return street.step(street.clerk, case_, "return_for_correction", APPLIED, note="缺材料")
        case "accepted":
            return street.step(street.clerk, street.applied(household), "accept", APPLIED)
        case "visited":
            return street.visited(household)
        case "proposed":
            return street.proposed(household)
        case "approved":
            return street.approved(household)
        case "on_notice":
            return street.on_notice(household)
        case "reinvestigating":
            case_ = street.on_notice(household)
            day = dt.date(2016, 7, 12)
            return street.step(street.clerk, case_, "record_objection", day, note="异议")
        case "refusing":
            return street.step(
                street.officer, street.proposed(household), "refuse", DAY, note="收入高"
            )
        case "awarded":
            return street.awarded(household)
        case "refused":
            return street.step(street.clerk, reach(street, "refusing"), "deliver_refusal", DAY)
        case "withdrawn":
            return street.step(
                street.clerk, street.applied(household), "withdraw", APPLIED, note="撤回"
            )
    raise AssertionError(state)


@pytest.mark.parametrize("state", [state.name for state in DIBAO.states])
def test_no_step_is_taken_out_of_turn_by_service_page_or_api(street: Street, state: str) -> None:
    """Every step that does not lead out of a state, tried by someone whose post allows it."""
    case = reach(street, state)
    before = state_of_everything()
    for step in DIBAO.steps:
        if not step.sources or state in step.sources:
            continue
        actor = street.officer if step.name in OFFICERS else street.clerk
        data = answers(case.household) | DATA.get(step.name, {})
        with pytest.raises(StepRefused, match="不能办理"):
            take_step(actor=actor, case=case, step=step.name, data=data, on=dt.date(2016, 8, 1))

        if step.name not in ("accept", "approve", "confirm"):
            continue  # the other two doors lead to the same service: three steps show it
        client = Client()
        client.force_login(actor)
        page = client.post(f"/cases/{case.pk}/steps/{step.name}/", data)
        assert page.status_code == 409, step.name
        answer = client.post(
            f"/api/cases/{case.number}/steps/{step.name}",
            {"data": {}},
            content_type="application/json",
        )
        assert answer.status_code == 409, step.name
    assert state_of_everything() == before


OFFICERS = {"approve", "refuse", "send_back", "confirm"}


@pytest.mark.parametrize("step", [step.name for step in DIBAO.steps if step.sources])
def test_each_step_is_refused_to_the_wrong_post_and_the_wrong_area(
    street: Street, step: str
) -> None:
    declared = DIBAO.step(step)
    assert declared is not None
    case = reach(street, declared.sources[0])
    before = state_of_everything()
    wrong = [street.paymaster, street.director, street.other_clerk, street.other_officer]
    wrong.append(street.clerk if step in OFFICERS else street.paymaster)
    if step not in (*OFFICERS, "post_notice", "record_objection"):
        wrong.append(street.officer)
    for actor in wrong:
        data = answers(case.household) | DATA.get(step, {})
        with pytest.raises(PermissionDenied):
            take_step(actor=actor, case=case, step=step, data=data, on=dt.date(2016, 8, 1))
    client = Client()
    client.force_login(street.other_clerk)
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    assert client.post(f"/cases/{case.pk}/steps/{step}/", {}).status_code == 404
    assert (
        client.post(f"/api/cases/{case.number}/steps/{step}", {}, "application/json").status_code
        == 404
    )
    client.force_login(street.director)
    assert client.post(f"/cases/{case.pk}/steps/{step}/", {}).status_code == 403
    api = client.post(f"/api/cases/{case.number}/steps/{step}", {}, "application/json")
    assert api.status_code == 403
    assert state_of_everything() == before


def test_nobody_applies_for_a_family_of_another_township(street: Street) -> None:
    household = street.family(area=OTHER_COMMUNITY)
    with pytest.raises(PermissionDenied):
        apply(actor=street.clerk, household=household, data=answers(household), on=APPLIED)
    assert state_of_everything() == [[], [0, 0, 0, 0, 0, 0], []]


def test_no_application_without_authorisation(street: Street) -> None:
    household = street.family()
    data = answers(household) | {"authorised": False}
    with pytest.raises(ValidationError, match="没有核对授权不能受理"):
        apply(actor=street.clerk, household=household, data=data, on=APPLIED)
    assert state_of_everything() == [[], [0, 0, 0, 0, 0, 0], []]


def test_a_family_applies_once_at_a_time_and_not_while_it_receives(street: Street) -> None:
    household = street.family()
    street.applied(household)
    with pytest.raises(StepRefused, match="已有未办结的申请 低保〔2016〕昌邑0001号"):
        street.applied(household)

    receiving = street.family()
    street.awarded(receiving)
    with pytest.raises(StepRefused, match="已在享受低保"):
        street.applied(receiving)
    assert Case.objects.count() == 2


def test_a_family_without_members_cannot_apply(street: Street) -> None:
    household = street.family()
    household.members.update(left_on=dt.date(2016, 1, 1))
    with pytest.raises(StepRefused, match="没有登记成员"):
        street.applied(household)


def test_who_investigated_does_not_decide_whatever_post_they_hold(street: Street) -> None:
    """The same person may hold posts of both kinds one after the other."""
    from jimin.foundation.access.models import Post, User

    case = street.proposed(street.family())
    Post.objects.create(
        user=street.clerk, role="county_officer", area_id="220202000000", valid_from=DAY
    )
    clerk = User.objects.get(pk=street.clerk.pk)
    before = state_of_everything()
    for step in ("approve", "refuse"):
        with pytest.raises(StepRefused, match="不能审批"):
            take_step(actor=clerk, case=case, step=step, data=DATA[step], on=DAY)
    assert state_of_everything() == before


def test_an_investigator_named_by_another_does_not_decide(street: Street) -> None:
    for named in (
        {"investigators": [], "others": f"{street.officer.name}\n村干部"},
        {"investigators": [street.clerk.pk], "others": street.officer.name},
    ):
        case = street.step(street.clerk, street.applied(street.family()), "accept", APPLIED)
        visit = street.visit() | named
        case = street.step(street.clerk, case, "visit", dt.date(2016, 7, 6), **visit)
        case = street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
        with pytest.raises(StepRefused, match="参加了本件的入户调查"):
            street.step(street.officer, case, "approve", DAY, note="同意")
        assert street.step(street.second_officer, case, "approve", DAY, note="同意").state == (
            "approved"
        )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"investigators": [], "others": "甲"}, "两名以上"),
        ({"investigators": [], "others": "甲\n甲"}, "两名以上"),
        ({"visited_on": dt.date(2016, 7, 1)}, "早于受理日期"),
        ({"visited_on": dt.date(2016, 7, 7)}, "不能晚于办理日期"),
        ({"findings": " "}, "请填写调查情况"),
    ],
)
def test_a_visit_in_disorder_is_not_recorded(
    street: Street, change: dict[str, Any], sentence: str
) -> None:
    case = reach(street, "accepted")
    before = state_of_everything()
    with pytest.raises(ValidationError, match=sentence):
        street.step(street.clerk, case, "visit", dt.date(2016, 7, 6), **(street.visit() | change))
    assert state_of_everything() == before


def test_an_investigator_is_not_two_people_by_being_ticked_and_written(street: Street) -> None:
    case = reach(street, "accepted")
    alone = {"investigators": [street.clerk.pk], "others": f" {street.clerk.name} "}
    before = state_of_everything()
    with pytest.raises(StepRefused, match="两名以上"):
        street.step(street.clerk, case, "visit", dt.date(2016, 7, 6), **(street.visit() | alone))
    assert state_of_everything() == before


def test_disagreeing_with_the_rules_needs_a_reason(street: Street) -> None:
    case = reach(street, "visited")
    with pytest.raises(ValidationError, match="请说明理由"):
        street.step(street.clerk, case, "propose", DAY, opinion="disagree")
    assert not Application.objects.get(case=case).assessment_id


def test_nothing_is_approved_that_the_rules_do_not_allow(street: Street) -> None:
    household = street.family()
    person = household.members.get().person_id
    case = street.proposed(household, **{f"m{person}-wage": "3000"})
    before = state_of_everything()
    with pytest.raises(StepRefused, match="不符合”，不能批准"):
        street.step(street.officer, case, "approve", DAY, note="同意")
    assert state_of_everything() == before


def test_a_refusal_needs_its_reason(street: Street) -> None:
    case = reach(street, "proposed")
    with pytest.raises(ValidationError, match="请填写理由"):
        street.step(street.officer, case, "refuse", DAY)
    assert not Decision.objects.exists()


def test_outside_the_demo_no_decision_rests_on_an_example_figure(
    street: Street, settings: Any
) -> None:
    case = reach(street, "proposed")
    settings.DEMO = False
    before = state_of_everything()
    for step in ("approve", "refuse"):
        with pytest.raises(StepRefused, match=r"参数“城市低保标准”.*是示例值"):
            street.step(street.officer, case, step, DAY, note="同意")
    assert state_of_everything() == before


def test_a_policy_version_must_be_released_before_it_decides(
    street: Street, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = reach(street, "proposed")
    settings.DEMO = False
    name = "jimin.domains.assistance.services.assessments.example_parameters"
    monkeypatch.setattr(name, lambda steps: [])
    with pytest.raises(StepRefused, match="没有发布施行"):
        street.step(street.officer, case, "approve", DAY, note="同意")

    with pytest.raises(PermissionDenied):
        release_policy(actor=street.officer, policy="jilin", valid_from=dt.date(2016, 7, 1))
    from jimin.foundation.access.scope import System

    release_policy(actor=System("test"), policy="jilin", valid_from=dt.date(2016, 7, 1))
    assert street.step(street.officer, case, "approve", DAY, note="同意").state == "approved"


def test_an_assessment_that_was_altered_decides_nothing(street: Street) -> None:
    from jimin.domains.assistance.models import Assessment

    case = reach(street, "proposed")
    Assessment._base_manager.update(amount=Decimal("9999"), result={"steps": []})
    with pytest.raises(StepRefused, match="与存档不一致"):
        street.step(street.officer, case, "approve", DAY, note="同意")


@pytest.mark.parametrize("day", [dt.date(2016, 7, 12), dt.date(2016, 7, 18)])
def test_no_award_before_the_notice_is_over(street: Street, day: dt.date) -> None:
    case = reach(street, "on_notice")
    with pytest.raises(StepRefused, match="公示至 2016-07-18 止"):
        street.step(street.officer, case, "confirm", day)
    assert not Award.objects.exists()


def test_a_notice_does_not_begin_before_the_decision(street: Street) -> None:
    case = reach(street, "approved")
    for day in (dt.date(2016, 7, 1), dt.date(2016, 7, 20)):
        with pytest.raises(StepRefused, match="公示起始日"):
            street.step(
                street.clerk, case, "post_notice", dt.date(2016, 7, 11), from_day=day, place="栏"
            )
    assert not Document.objects.filter(form="dibao_notice").exists()


def test_a_near_relative_takes_no_part_and_the_county_visits(street: Street) -> None:
    household = street.family()
    case = street.applied(
        household,
        near_relative=True,
        relative_note="户主是赵经办的兄弟",
        relatives=[street.clerk.pk],
    )
    assert case.near_relative
    with pytest.raises(StepRefused, match="已登记回避"):
        street.step(street.clerk, case, "accept", APPLIED)

    case = street.step(street.second_clerk, case, "accept", APPLIED)
    visit = street.visit() | {"investigators": [street.second_clerk.pk, street.worker.pk]}
    case = street.step(street.second_clerk, case, "visit", dt.date(2016, 7, 6), **visit)
    case = street.step(street.second_clerk, case, "propose", DAY, opinion="agree")
    with pytest.raises(StepRefused, match="逐户入户核查"):
        street.step(street.officer, case, "approve", DAY, note="同意")
    case = street.step(street.officer, case, "approve", DAY, note="同意", county_visit=True)
    assert case.state == "approved"


def test_recusal_needs_the_right(street: Street) -> None:
    case = reach(street, "applied")
    with pytest.raises(PermissionDenied):
        recuse(actor=street.worker, case=case, user=street.clerk, reason="亲属")
    recuse(actor=street.officer, case=case, user=street.officer, reason="亲属")
    recuse(actor=street.officer, case=case, user=street.officer, reason="亲属")
    assert case.recusals.count() == 1


def test_a_state_that_does_not_follow_from_the_log_stops_the_case(street: Street) -> None:
    case = reach(street, "applied")
    Case._base_manager.filter(pk=case.pk).update(state="on_notice")
    with pytest.raises(StepRefused, match="与办理记录不符"):
        street.step(street.officer, case, "confirm", dt.date(2016, 8, 1))
    assert not Award.objects.exists()


def test_dates_do_not_run_backwards_or_ahead(street: Street) -> None:
    case = reach(street, "applied")
    with pytest.raises(StepRefused, match="早于上一步的日期"):
        street.step(street.clerk, case, "accept", dt.date(2016, 7, 1))
    with pytest.raises(StepRefused, match="不能晚于今天"):
        street.step(street.clerk, case, "accept", dt.date(2126, 7, 1))
    household = street.family()
    data = answers(household) | {"authorised_on": dt.date(2012, 1, 1)}
    with pytest.raises(StepRefused, match="不施行"):
        apply(actor=street.clerk, household=household, data=data, on=dt.date(2012, 1, 4))


def test_a_click_sent_twice_is_one_event(street: Street) -> None:
    household = street.family()
    data = answers(household)
    first = apply(actor=street.clerk, household=household, data=data, on=APPLIED, token="a" * 32)
    second = apply(actor=street.clerk, household=household, data=data, on=APPLIED, token="a" * 32)
    assert first.pk == second.pk
    assert Counter.objects.get(series="dibao").last == 1

    one = take_step(actor=street.clerk, case=first, step="accept", on=APPLIED, token="b" * 32)
    two = take_step(actor=street.clerk, case=first, step="accept", on=APPLIED, token="b" * 32)
    assert one.pk == two.pk
    assert Event.objects.count() == 2

    with pytest.raises(StepRefused, match="已经用于别的办理"):
        take_step(
            actor=street.clerk, case=first, step="withdraw", data={"note": "x"}, token="b" * 32
        )
    with pytest.raises(StepRefused, match="已经用于别的办理"):
        take_step(actor=street.second_clerk, case=first, step="accept", on=APPLIED, token="b" * 32)


def test_a_form_filled_in_on_old_knowledge_is_refused(street: Street) -> None:
    case = reach(street, "visited")
    seen = case.version
    facts = answers(case.household) | {"note": "已核实"}
    street.step(street.second_clerk, case, "revise_facts", dt.date(2016, 7, 6), **facts)
    with pytest.raises(StepRefused, match="已有新的办理记录"):
        take_step(
            actor=street.clerk,
            case=case,
            step="propose",
            data={"opinion": "agree"},
            version=seen,
            on=dt.date(2016, 7, 7),
        )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("financial_assets", "一千", "应为金额"),
        ("financial_assets", "-1", "不能小于"),
        ("financial_assets", 12.5, "应为金额"),
        ("financial_assets", "1.234", "最多两位小数"),
        ("vehicles", "1.5", "应为整数"),
        ("vehicles", "-1", "不能是负数"),
        ("over_since", "2016/13", "应为年月"),
        ("account", "123", "12 至 19 位"),
        ("bank", "吉林银行", "请填全"),
        ("near_relative", "true", "请写明近亲属情况"),
        ("authorised_on", dt.date(2016, 8, 1), "授权日期不能晚于"),
        ("wage", "-5", "不能小于"),
        ("is_student", "也许", "应为是、否或不清楚"),
        ("disability_grade", "5", "0 至 4"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_with_its_reason(
    street: Street, name: str, value: Any, sentence: str
) -> None:
    household = street.family()
    person = household.members.get().person_id
    of_member = name in ("wage", "is_student", "disability_grade")
    data = answers(household) | {f"m{person}-{name}" if of_member else name: value}
    with pytest.raises(ValidationError, match=sentence):
        apply(actor=street.clerk, household=household, data=data, on=APPLIED)
    assert state_of_everything() == [[], [0, 0, 0, 0, 0, 0], []]


def test_what_is_typed_full_width_or_with_separators_is_read_as_meant(street: Street) -> None:
    household = street.family()
    street.applied(
        household, financial_assets="１，２３４．５０", vehicles="０", over_since="２０１６－０３"
    )
    declared = Declaration.objects.get()
    assert (declared.financial_assets, declared.vehicles, declared.over_since) == (
        Decimal("1234.50"),
        0,
        dt.date(2016, 3, 1),
    )


def test_the_account_is_sealed_and_not_in_the_log(street: Street) -> None:
    household = street.family()
    person = household.members.get().person
    case = street.applied(household, holder=person.pk, bank="吉林银行", account="6222020000001234")
    account = PayeeAccount.objects.get()
    assert (account.holder, account.account) == (person, "6222020000001234")
    assert "6222020000001234" not in str(list(case.events.values()))
    from jimin.foundation.audit.models import Entry

    assert "6222020000001234" not in str(list(Entry.objects.values()))


def test_what_a_visit_contradicts_is_corrected_before_the_rules_are_asked(street: Street) -> None:
    household = street.family()
    case = street.step(street.clerk, street.applied(household), "accept", dt.date(2016, 7, 4))
    found = street.visit() | {"facts_agree": False, "findings": "有车一辆，声明中没有。"}
    case = street.step(street.clerk, case, "visit", dt.date(2016, 7, 6), **found)
    before = state_of_everything()
    with pytest.raises(StepRefused, match="与家庭声明不一致"):
        street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
    assert state_of_everything() == before

    facts = answers(household) | {"vehicles": "1", "note": "行驶证"}
    case = street.step(street.clerk, case, "revise_facts", dt.date(2016, 7, 7), **facts)
    case = street.step(street.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")
    assert case.state == "proposed"
