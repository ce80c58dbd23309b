"""A household has a benefit once; every month has its amount and its reason."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.kernel.awards.models import Award
from jimin.kernel.awards.queries import in_month
from jimin.kernel.awards.rules import next_month, previous_month
from jimin.kernel.awards.services import (
    Change,
    Grant,
    change_award,
    grant_award,
    grant_awards,
    stop_award,
)
from jimin.kernel.people.models import Household

from .conftest import THERE, make_areas, make_household

JUNE, JULY, AUGUST = dt.date(2016, 6, 1), dt.date(2016, 7, 1), dt.date(2016, 8, 1)
SYSTEM = System("test")
Make = Callable[..., Household]


def grant(household: Household, amount: str = "300", month: dt.date = JUNE) -> Grant:
    people = [{"person": household.head_id, "name": "王建国"}]
    return Grant(household, Decimal(amount), month, people, "低保〔2016〕昌邑0001号")


def spans() -> list[tuple[Any, ...]]:
    rows = Award.objects.order_by("from_month", "id")
    return list(rows.values_list("amount", "from_month", "to_month"))


def test_months() -> None:
    assert next_month(dt.date(2016, 12, 31)) == dt.date(2017, 1, 1)
    assert previous_month(dt.date(2016, 1, 15)) == dt.date(2015, 12, 1)


def test_a_grant_is_dated_by_month_and_logged(household: Make) -> None:
    award = grant_award(
        actor=SYSTEM, benefit="dibao", grant=grant(household(), month=dt.date(2016, 6, 20))
    )
    assert (award.from_month, award.area_id, award.residence, award.size) == (
        JUNE, "220202001001", "urban", 1,
    )  # fmt: skip
    entry = Entry.objects.get(subject="awards.award")
    assert (entry.verb, entry.key, entry.values["amount"]) == ("grant", str(award.pk), "300")


def test_nobody_is_granted_what_they_have(household: Make) -> None:
    family, other = household(), household()
    grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family))
    with pytest.raises(ValidationError, match="家庭 H0001 已享受此项待遇"):
        grant_awards(actor=SYSTEM, benefit="dibao", grants=[grant(other), grant(family)])
    with pytest.raises(ValidationError, match="家庭 H0002 已享受此项待遇"):
        grant_awards(actor=SYSTEM, benefit="dibao", grants=[grant(other), grant(other)])
    assert Award.objects.count() == 1


def test_the_database_itself_refuses_a_second_open_award(household: Make) -> None:
    family = household()
    award = grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family))
    award.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        award.save()


def test_a_change_ends_one_amount_and_begins_the_next(household: Make) -> None:
    award = grant_award(actor=SYSTEM, benefit="dibao", grant=grant(household()))
    fresh = change_award(actor=SYSTEM, change=Change(award, Decimal(350), JULY, "标准提高"))
    assert spans() == [(Decimal(300), JUNE, JUNE), (Decimal(350), JULY, None)]
    assert fresh.reason == "标准提高"
    assert [found.amount for found in in_month("dibao", JUNE)] == [Decimal(300)]
    assert [found.amount for found in in_month("dibao", AUGUST)] == [Decimal(350)]


def test_a_stop_is_the_end_and_may_be_followed_by_a_new_award(household: Make) -> None:
    family = household()
    award = grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family))
    stopped = stop_award(actor=SYSTEM, award=award, from_month=AUGUST, reason="收入高于标准")
    assert (stopped.to_month, stopped.end_reason) == (JULY, "收入高于标准")
    with pytest.raises(ValidationError, match="已享受此项待遇"):
        grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family, month=JULY))
    grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family, month=AUGUST))
    with pytest.raises(ValidationError, match="已止于 2016-07"):
        stop_award(actor=SYSTEM, award=award, from_month=AUGUST, reason="再停")


@pytest.mark.parametrize(
    ("month", "reason", "sentence"),
    [(JUNE, "标准提高", "自 2016-06 起发"), (JULY, " ", "请填写变更或停发的原因")],
)
def test_a_change_in_disorder_is_refused(
    household: Make, month: dt.date, reason: str, sentence: str
) -> None:
    award = grant_award(actor=SYSTEM, benefit="dibao", grant=grant(household()))
    with pytest.raises(ValidationError, match=sentence):
        change_award(actor=SYSTEM, change=Change(award, Decimal(350), month, reason))
    assert spans() == [(Decimal(300), JUNE, None)]


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_an_award_pays_something(household: Make, amount: str) -> None:
    with pytest.raises(ValidationError, match="应大于零"):
        grant_award(actor=SYSTEM, benefit="dibao", grant=grant(household(), amount))
    assert not Award.objects.exists()


def test_rights_are_those_of_the_post_in_its_area(
    household: Make, staff: Callable[..., User]
) -> None:
    here, there = household(), household(area=THERE)
    officer, clerk = staff("county_officer"), staff("township_clerk")
    with pytest.raises(PermissionDenied):
        grant_award(actor=clerk, benefit="dibao", grant=grant(here))
    with pytest.raises(PermissionDenied, match="不在您的辖区"):
        grant_awards(actor=officer, benefit="dibao", grants=[grant(here), grant(there)])
    assert not Award.objects.exists()

    award = grant_award(actor=officer, benefit="dibao", grant=grant(here))
    with pytest.raises(PermissionDenied):
        stop_award(actor=clerk, award=award, from_month=JULY, reason="停")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_grant_one_award() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer anyway")
    with acting_as_system("test"):
        make_areas()
        family = make_household(1)
    together, refused = Barrier(4), list[str]()

    def work() -> None:
        together.wait()
        try:
            grant_award(actor=SYSTEM, benefit="dibao", grant=grant(family))
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Award._base_manager.count() == 1
    assert refused == ["家庭 H0001 已享受此项待遇，不能重复批准。请先办理停发或变更。"] * 3
