"""Several clerks at one moment, on PostgreSQL: nothing doubled, nothing lost, no gap."""

import datetime as dt
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from jimin.domains.assistance.services import apply
from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.cases.services import take_step

from .conftest import APPLIED, Street, answers, build_street

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy() -> Any:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer anyway")
    with acting_as_system("test"):
        yield build_street()


def at_once(*works: Callable[[], Any]) -> list[str]:
    """Run all at the same moment; the sentences of those refused."""
    together, refused = Barrier(len(works)), list[str]()

    def run(work: Callable[[], Any]) -> None:
        try:
            with acting_as_system("test"):
                together.wait()
                work()
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_case_numbers_have_no_gap_and_no_double(busy: Street) -> None:
    families = [busy.family() for _ in range(8)]
    works = [
        lambda family=family: apply(
            actor=busy.clerk, household=family, data=answers(family), on=APPLIED
        )
        for family in families
    ]
    assert at_once(*works) == []
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == [f"低保〔2016〕昌邑{serial:04d}号" for serial in range(1, 9)]


def test_one_form_sent_twice_at_once_is_one_case(busy: Street) -> None:
    family = busy.family()
    data = answers(family)

    def send() -> None:
        apply(actor=busy.clerk, household=family, data=data, on=APPLIED, token="same")

    assert at_once(send, send, send) == []
    assert Case.objects.count() == 1
    assert Event.objects.count() == 1


def test_two_officers_at_once_decide_once(busy: Street) -> None:
    case = busy.proposed(busy.family())
    day = dt.date(2016, 7, 8)

    def decide(actor: Any, step: str) -> Callable[[], None]:
        return lambda: take_step(  # type: ignore[return-value]
            actor=actor, case=case, step=step, data={"note": "意见"}, on=day
        )

    refused = at_once(decide(busy.officer, "approve"), decide(busy.second_officer, "refuse"))

    assert len(refused) == 1
    assert "不能办理" in refused[0]
    assert Event.objects.filter(case=case).count() == 5


def test_a_confirmation_clicked_twice_at_once_is_one_award(busy: Street) -> None:
    case = busy.on_notice(busy.family())

    def click() -> None:
        take_step(
            actor=busy.officer, case=case, step="confirm", on=dt.date(2016, 7, 19), token="click"
        )

    assert at_once(click, click) == []
    assert Award.objects.count() == 1
