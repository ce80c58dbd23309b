"""One unsaved example of every register, for the tests that walk over all of them.

A factory gets the code of a community and a running number, and gives a record that is valid,
lies in that community and differs from every other. What it links to it stores itself. Whoever
declares a register adds its factory here, or writes in `EXEMPT` why it cannot be walked.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jimin.engine.matching.identity import check_character
from jimin.foundation.calendar.models import CalendarDay
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.payments.models import PayeeAccount, Roll
from jimin.kernel.people.models import Household, Person
from jimin.kernel.policy.models import Release
from jimin.kernel.workplans.models import LeadUnit, OfficialStatistic

Factory = Callable[[str, int], Any]

SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "一二三四五六七八九十"


def identity_number(number: int) -> str:
    """Valid in form, of a sequence range kept for examples."""
    birth = f"{1950 + number // 300:04d}{1 + number % 12:02d}{1 + number % 28:02d}"
    body = f"220202{birth}{number % 1000:03d}"
    return body + check_character(body)


def area(community: str, number: int) -> Area:
    code = f"{community[:9]}{900 + number}"
    return Area(code=code, name=f"{GIVEN[number % 10]}道沟村", kind="village")


def person(community: str, number: int) -> Person:
    return Person(
        name=f"{SURNAMES[number % 10]}{GIVEN[number // 10 % 10]}",
        citizen_id=identity_number(number),
        phone=f"1380000{number:04d}",
        area_id=community,
        address=f"{number} 号",
    )


def household(community: str, number: int) -> Household:
    return Household(
        number=f"T{number:06d}", area_id=community, residence="rural", address=f"{number} 号"
    )


def stored_household(community: str, number: int) -> Household:
    found = household(community, 500 + number)
    found.save()
    return found


def award(community: str, number: int) -> Award:
    return Award(
        benefit=Benefit.DIBAO,
        household=stored_household(community, number),
        area_id=community,
        residence="rural",
        amount=Decimal(100 + number),
        size=1,
        members=[{"name": "赵一"}],
        from_month=date(2016, 1 + number % 12, 1),
        basis=f"审批 {number}",
    )


def payee_account(community: str, number: int) -> PayeeAccount:
    holder = person(community, 500 + number)
    holder.save()
    return PayeeAccount(
        household=stored_household(community, number),
        holder=holder,
        bank=f"农商行 {number}",
        account=f"6217000000{number:06d}",
    )


def roll(community: str, number: int) -> Roll:
    month = date(2015 + number // 12, 1 + number % 12, 1)
    return Roll(benefit=Benefit.DIBAO, area_id=community, month=month, digest=f"{number:064d}")


def release(community: str, number: int) -> Release:
    return Release(
        policy="jilin", version=f"{number:064d}", valid_from=date(2016, 1, 1 + number), note="示例"
    )


def calendar_day(community: str, number: int) -> CalendarDay:
    day = date(2030, 1, 1) + timedelta(days=number)
    return CalendarDay(day=day, kind="off", occasion="other", source=f"通知 {number}")


def statistic(community: str, number: int) -> OfficialStatistic:
    return OfficialStatistic(
        code=f"{2000 + number}-rural",
        name="rural_income",
        area_id=community,
        year=2000 + number,
        value=Decimal(9000 + number),
        unit="元/年",
        source=f"统计公报 {number}",
    )


def lead_unit(community: str, number: int) -> LeadUnit:
    return LeadUnit(words=f"养老{number}、护理员", unit=f"第{number}科")


FACTORIES: dict[str, Factory] = {
    "areas.area": area,
    "awards.award": award,
    "payments.payeeaccount": payee_account,
    "payments.roll": roll,
    "calendar.calendarday": calendar_day,
    "policy.release": release,
    "workplans.officialstatistic": statistic,
    "workplans.leadunit": lead_unit,
    "people.household": household,
    "people.person": person,
}
# Label of a register and the reason why it is not walked.
EXEMPT: dict[str, str] = {
    "access.user": "Those who sign in to walk are rows of it; foundation/access/tests walks it.",
}
# What is typed into the form of every bulk action, by the label of the register and the action.
# The action must succeed with it for an example of the factory that lies in another community.
BULK: dict[tuple[str, str], Callable[[str], dict[str, str]]] = {
    ("people.person", "move"): lambda area: {"area": area, "reason": "搬家"},
    ("people.household", "move"): lambda area: {"area": area, "reason": "搬家"},
    ("people.household", "dissolve"): lambda area: {
        "dissolved_on": "2016-06-01",
        "reason": "无人居住",
    },
}
