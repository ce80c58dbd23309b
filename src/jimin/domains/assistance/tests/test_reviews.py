"""A review of a family on the books: what is known anew, for the next month to go by."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from jimin.domains.assistance.models import Declaration, MonthLine
from jimin.domains.assistance.services import approve_month, declare_many, review_family
from jimin.foundation.access.models import User
from jimin.foundation.audit.models import Entry
from jimin.kernel.people.models import Household

from .conftest import Street, answers
from .test_months import JULY, JUNE, SYSTEM, declared, run_of


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def on_benefit(street: Street) -> Household:
    household = street.family("1970-01-01", "1972-01-01")
    declare_many(actor=SYSTEM, declared=[declared(household, "100", "100")])
    approve_month(actor=street.director, run=run_of(street, JUNE))
    return household


def found(household: Household, **changes: Any) -> dict[str, str]:
    """The form as it would be sent: the same facts as before, with what has changed."""
    people = household.members.order_by("relation").values_list("person_id", flat=True)
    data = answers(household) | {"financial_assets": "0", "note": "劳动部门的介绍记录"}
    data |= {f"m{person}-wage": "100" for person in people}
    changed = {f"m{people[0]}-{name}": value for name, value in changes.items()}
    return {name: str(value) for name, value in (data | changed).items()}


def test_refusals_recorded_in_a_review_reach_the_next_month(street: Street) -> None:
    household = on_benefit(street)
    clerk, address = browser(street.clerk), f"/dibao/review/{household.pk}/"
    assert address in clerk.get(f"/dibao/apply/{household.pk}/").content.decode()
    assert 'value="100.00"' in clerk.get(address).content.decode()

    for _ in range(2):  # sent twice, recorded once
        answer = clerk.post(address, found(household, refused_jobs=3) | {"on": "2016-07-01"})
        assert (answer.status_code, answer["Location"]) == (302, address)

    before, after = Declaration.objects.order_by("id")
    assert (before.is_current, after.is_current) == (False, True)
    assert (after.source, after.declared_on) == ("review", dt.date(2016, 7, 1))
    assert after.authorised_on == before.authorised_on
    entry = Entry.objects.get(verb="declare", key=str(after.pk))
    assert (entry.reason, entry.values["before"]) == ("劳动部门的介绍记录", before.pk)

    line = MonthLine.objects.get(run=run_of(street, JULY))
    # 460 less 100 for each of the two; one part is not paid
    assert (line.proposal, line.amount) == ("decrease", Decimal("360.00"))
    assert "连续 3 次拒绝" in line.reason


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"note": ""}, "请写明依据"),
        ({"on": "2999-01-01"}, "办理日期不能晚于今天"),
        ({"on": "昨天"}, "办理日期应为年月日"),
        ({"vehicles": "两辆"}, "应为整数"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    street: Street, changes: dict[str, str], sentence: str
) -> None:
    household = on_benefit(street)
    address = f"/dibao/review/{household.pk}/"
    answer = browser(street.clerk).post(address, found(household, refused_jobs=3) | changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Declaration.objects.count() == 1


def test_a_day_to_come_is_refused_whatever_the_door(street: Street) -> None:
    household = on_benefit(street)
    to_come = dt.date(2999, 1, 1)
    with pytest.raises(ValidationError, match="办理日期不能晚于今天"):
        review_family(actor=street.clerk, household=household, data={}, on=to_come)


def test_what_another_recorded_meanwhile_is_not_written_over(street: Street) -> None:
    """Two clerks opened the page; the second has not seen what the first found out."""
    household = on_benefit(street)
    clerk, address = browser(street.clerk), f"/dibao/review/{household.pk}/"
    page = clerk.get(address).content.decode()
    seen = Declaration.objects.get().pk
    assert f'name="version" value="{seen}"' in page
    first = found(household, refused_jobs=3) | {"version": str(seen)}
    second = found(household) | {"version": str(seen), "vehicles": "1"}
    assert clerk.post(address, first).status_code == 302
    refused = clerk.post(address, second)
    assert refused.status_code == 409
    assert "没有保存您填的内容" in refused.content.decode()
    assert clerk.post(address, first).status_code == 302  # sent once more, it is the same
    latest = Declaration.objects.get(is_current=True)
    assert (Declaration.objects.count(), latest.vehicles) == (2, 0)


def test_a_family_with_an_open_application_or_unknown_is_not_reviewed(street: Street) -> None:
    applying, unknown = street.family(), street.family()
    case = street.applied(applying)
    for household, sentence in ((applying, case.number), (unknown, "没有授权核对的声明")):
        clerk, address = browser(street.clerk), f"/dibao/review/{household.pk}/"
        assert sentence in clerk.get(address).content.decode()
        answer = clerk.post(address, found(household))
        assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert Declaration.objects.count() == 1


def test_only_a_clerk_of_the_place_reviews(street: Street) -> None:
    household = on_benefit(street)
    address = f"/dibao/review/{household.pk}/"
    for user, status in ((street.worker, 403), (street.officer, 403), (street.other_clerk, 404)):
        assert browser(user).get(address).status_code == status
        assert browser(user).post(address, found(household)).status_code == status
        check = browser(user).post(f"{address}check/?field=vehicles", found(household))
        assert check.status_code == status
    page = browser(street.worker).get(f"/dibao/apply/{household.pk}/").content.decode()
    assert address not in page
    assert Declaration.objects.count() == 1
