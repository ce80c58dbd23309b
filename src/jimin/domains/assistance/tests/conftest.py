"""A street of 昌邑区 with staff at every desk, and families to walk through the procedure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from jimin.engine.matching.identity import check_character
from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.services import take_step
from jimin.kernel.people.models import Household, Member, Person

CITY, COUNTY, TOWN, COMMUNITY = "220200000000", "220202000000", "220202001000", "220202001001"
OTHER_COUNTY, OTHER_TOWN, OTHER_COMMUNITY = "220203000000", "220203001000", "220203001001"
AREAS = [
    ("220000000000", None, "吉林省", "province"),
    (CITY, "220000000000", "吉林市", "city"),
    (COUNTY, CITY, "昌邑区", "county"),
    (TOWN, COUNTY, "兴华街道", "township"),
    (COMMUNITY, TOWN, "兴华社区", "community"),
    (OTHER_COUNTY, CITY, "龙潭区", "county"),
    (OTHER_TOWN, OTHER_COUNTY, "龙潭街道", "township"),
    (OTHER_COMMUNITY, OTHER_TOWN, "龙潭社区", "community"),
]
APPLIED = dt.date(2016, 7, 4)  # a Monday


@pytest.fixture(autouse=True)
def _demo(settings: Any, tmp_path: Any) -> None:
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path


@dataclass
class Street:
    """The people of the tests, by what they do."""

    clerk: User
    second_clerk: User
    worker: User
    officer: User
    second_officer: User
    paymaster: User
    director: User
    other_clerk: User
    other_officer: User
    made: list[Household] = field(default_factory=list)

    def family(
        self,
        *births: str,
        area: str = COMMUNITY,
        residence: str = "urban",
        names: tuple[str, ...] = ("王建国", "李秀英", "王小宝"),
    ) -> Household:
        """A household whose members were born on these days; the first is its head."""
        number = len(self.made) + 1
        with acting_as_system("test"):
            household = Household.objects.create(
                number=f"{area[:6]}-{number:05d}", area_id=area, residence=residence
            )
            for place, birth in enumerate(births or ("1970-01-01",)):
                person = Person(name=names[place % len(names)], area_id=area)
                person.citizen_id = identity(area, birth, number * 10 + place)
                person.full_clean(exclude=["area"])
                person.save()
                relation = "0" if place == 0 else "1"
                Member.objects.create(household=household, person=person, relation=relation)
                if place == 0:
                    household.head = person
                    household.save()
        self.made.append(household)
        return household

    def step(self, actor: User, case: Case, step: str, on: dt.date, **data: Any) -> Case:
        take_step(actor=actor, case=case, step=step, data=data, on=on)
        return Case._base_manager.get(pk=case.pk)

    def applied(self, household: Household, **changes: Any) -> Case:
        from jimin.domains.assistance.services import apply

        data = answers(household) | changes
        return apply(actor=self.clerk, household=household, data=data, on=APPLIED)

    def visited(self, household: Household, **changes: Any) -> Case:
        case = self.applied(household, **changes)
        case = self.step(self.clerk, case, "accept", APPLIED)
        return self.step(self.clerk, case, "visit", dt.date(2016, 7, 6), **self.visit())

    def visit(self) -> dict[str, Any]:
        return {
            "visited_on": dt.date(2016, 7, 6),
            "investigators": [self.clerk.pk, self.worker.pk],
            "findings": "与声明一致，住房一处。",
            "facts_agree": True,
        }

    def proposed(self, household: Household, **changes: Any) -> Case:
        case = self.visited(household, **changes)
        return self.step(self.clerk, case, "propose", dt.date(2016, 7, 7), opinion="agree")

    def approved(self, household: Household, **changes: Any) -> Case:
        case = self.proposed(household, **changes)
        day = dt.date(2016, 7, 8)
        return self.step(self.officer, case, "approve", day, note="材料齐全，情况属实。")

    def on_notice(self, household: Household, **changes: Any) -> Case:
        case = self.approved(household, **changes)
        day = dt.date(2016, 7, 11)
        return self.step(self.clerk, case, "post_notice", day, from_day=day, place="兴华社区公示栏")

    def awarded(self, household: Household, **changes: Any) -> Case:
        case = self.on_notice(household, **changes)
        return self.step(self.officer, case, "confirm", dt.date(2016, 7, 19))


def identity(area: str, birth: str, serial: int) -> str:
    body = f"{area[:6]}{birth.replace('-', '')}{serial % 1000:03d}"
    return body + check_character(body)


def answers(household: Household | None, **facts: Any) -> dict[str, Any]:
    """A complete application: no property, and a wage of 200 yuan for each member."""
    assert household is not None
    data: dict[str, Any] = {
        "authorised": True,
        "authorised_on": APPLIED,
        "financial_assets": "1000",
        "vehicles": "0",
        "dwellings": "1",
    }
    with acting_as_system("test"):
        people = list(household.members.values_list("person_id", flat=True))
    for person in people:
        for name in ("is_student", "is_seriously_ill", "is_single_parent"):
            data[f"m{person}-{name}"] = "false"
        for name in ("business", "property", "transfer"):
            data[f"m{person}-{name}"] = "0"
        data[f"m{person}-wage"] = Decimal(200)
    return data | facts


def build_street() -> Street:
    for code, parent, name, level in AREAS:
        Area.objects.create(
            code=code, parent_id=parent, name=name, level=level, kind=level, initials=name
        )

    def staff(role: str, area: str, name: str) -> User:
        user = User.objects.create_user(f"u{User.objects.count()}", name, "password")
        Post.objects.create(user=user, role=role, area_id=area, valid_from=dt.date(2016, 1, 1))
        return user

    return Street(
        clerk=staff("township_clerk", TOWN, "赵经办"),
        second_clerk=staff("township_clerk", TOWN, "钱经办"),
        worker=staff("community_worker", COMMUNITY, "孙社区"),
        officer=staff("county_officer", COUNTY, "周审批"),
        second_officer=staff("county_officer", COUNTY, "吴审批"),
        paymaster=staff("county_paymaster", COUNTY, "郑发放"),
        director=staff("county_director", COUNTY, "冯领导"),
        other_clerk=staff("township_clerk", OTHER_TOWN, "陈经办"),
        other_officer=staff("county_officer", OTHER_COUNTY, "褚审批"),
    )


@pytest.fixture
def street(db: None) -> Iterator[Street]:
    with acting_as_system("test"):
        yield build_street()
