"""What the work plan is told about dibao, worked out by hand on a handful of families."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import pytest

from jimin.domains.assistance import queries
from jimin.foundation.access.scope import System, acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.payments.models import Roll, RollLine
from jimin.kernel.people.models import Household
from jimin.kernel.workplans import queries as plans
from jimin.kernel.workplans.models import OfficialStatistic, Plan, Target
from jimin.kernel.workplans.rules.indicators import INDICATORS, Cut, Period, total
from jimin.kernel.workplans.rules.lights import Light
from jimin.kernel.workplans.services import ledger

pytestmark = pytest.mark.django_db
CITY = "220200000000"
CHANGYI, YONGJI = "220202000000", "220221000000"
MAY, JUNE, JULY = (dt.date(2016, month, 1) for month in (5, 6, 7))
numbers = count(1)
BY_COUNTY = Cut(CITY)


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    names = {"220202": "昌邑区", "220221": "永吉县", "220281": "蛟河市"}
    city = Area.objects.create(code=CITY, name="吉林市", level="city", kind="city")
    Area.objects.create(code="220000000000", name="吉林省", level="province", kind="province")
    for code, name in names.items():
        county = Area.objects.create(
            code=f"{code}000000", name=name, level="county", kind="county", parent=city
        )
        town = Area.objects.create(
            code=f"{code}001000", name="一街道", level="township", kind="town", parent=county
        )
        Area.objects.create(
            code=f"{code}001001", name="一社区", level="community", kind="village", parent=town
        )


def award(county: str, amount: str, start: dt.date = MAY, end: dt.date | None = None) -> Award:
    area = f"{county[:6]}001001"
    household = Household.objects.create(
        number=f"H{next(numbers)}", area_id=area, residence="urban"
    )
    return Award.objects.create(
        benefit="dibao",
        household=household,
        area_id=area,
        residence="urban",
        size=2,
        amount=Decimal(amount),
        from_month=start,
        to_month=end,
        basis="试验",
    )


def roll(county: str, month: dt.date, awards: list[Award], state: str = "released") -> Roll:
    made = Roll.objects.create(
        benefit="dibao",
        area_id=county,
        month=month,
        state=state,
        households=len(awards),
        persons=2 * len(awards),
        amount=sum((a.amount for a in awards), Decimal(0)),
    )
    for order, given in enumerate(awards, 1):
        RollLine.objects.create(
            roll=made,
            award=given,
            order=order,
            household_number=f"{order}",
            area_id=given.area_id,
            size=2,
            amount=given.amount,
            payee="某人",
        )
    return made


@pytest.fixture
def families(places: None) -> list[Award]:
    """Three families in Changyi, one of them until May; two in Yongji, one from July."""
    awards = [
        award(CHANGYI, "100.10"),
        award(CHANGYI, "200.20"),
        award(CHANGYI, "400.00", MAY, MAY),
        award(YONGJI, "300.00"),
        award(YONGJI, "50.00", JULY),
    ]
    roll(CHANGYI, MAY, awards[:3])
    roll(CHANGYI, JUNE, awards[:1])
    roll(YONGJI, JUNE, [awards[3]], state="prepared")
    return awards


def values(name: str, on: dt.date, cut: Cut = BY_COUNTY) -> dict[str, Any]:
    indicator = INDICATORS.get(name)
    assert indicator is not None
    found = plans.measure(indicator, cut, Period(dt.date(2016, 1, 1), on))
    return {code: figure.value for code, figure in found.items()}


def test_households_are_those_with_an_award_in_the_month(families: list[Award]) -> None:
    june = {CHANGYI: 2, YONGJI: 1, "220281000000": 0}
    assert values("dibao_households", dt.date(2016, 6, 30)) == june
    assert values("dibao_households", dt.date(2016, 5, 31))[CHANGYI] == 3
    assert values("dibao_households", dt.date(2016, 7, 31))[YONGJI] == 2


def test_only_approved_rolls_count_as_paid(families: list[Award]) -> None:
    paid = {CHANGYI: Fraction("800.40"), YONGJI: 0, "220281000000": 0}
    assert values("dibao_paid", dt.date(2016, 6, 30)) == paid
    assert values("dibao_paid", dt.date(2016, 5, 31))[CHANGYI] == Fraction("700.30")


def test_what_was_paid_is_set_against_what_was_due(families: list[Award]) -> None:
    june = dt.date(2016, 6, 30)
    assert values("dibao_households_paid", june) == {
        CHANGYI: Fraction(1, 2),
        YONGJI: 0,
        "220281000000": None,
    }
    assert values("dibao_amount_paid", june)[CHANGYI] == Fraction("100.10") / Fraction("300.30")
    indicator = INDICATORS.get("dibao_households_paid")
    assert indicator is not None
    whole = total(plans.measure(indicator, Cut(CITY), Period.year_to(june)).values())
    assert whole is not None
    assert whole.value == Fraction(1, 3)


def test_a_county_is_shown_by_its_townships_and_they_add_up(families: list[Award]) -> None:
    june = dt.date(2016, 6, 30)
    inside = Cut(CHANGYI, "township")
    for name in ("dibao_households", "dibao_paid"):
        parts = values(name, june, inside)
        assert parts == {"220202001000": values(name, june)[CHANGYI]}


def test_the_numbers_are_those_of_the_whole_city_whoever_acts(families: list[Award]) -> None:
    # Nobody acts in this test: registers would be empty, sums are not.
    assert not Award.objects.exists()
    assert sum(values("dibao_households", dt.date(2016, 6, 30)).values()) == 3


def test_an_indicator_costs_two_queries(
    families: list[Award], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        values("dibao_households", dt.date(2016, 6, 30))
    with acting_as_system("试验"):
        with django_assert_num_queries(2):
            queries.paid_by_part(Cut(CITY), MAY, JUNE)
        with django_assert_num_queries(1):
            found = queries.paid_by_month(CITY, 2016)
    assert [(row["month"], row["paid"]) for row in found] == [
        (MAY, Decimal("700.30")),
        (JUNE, Decimal("100.10")),
    ]


def test_standards_are_set_against_last_years_income(places: None) -> None:
    ledger.load_statistics(actor=System("试验"))
    june, july = dt.date(2016, 6, 30), dt.date(2016, 7, 31)
    urban = values("dibao_urban_to_income", june)
    assert (urban[CHANGYI], urban[YONGJI]) == (Fraction(425 * 12, 24901), Fraction(400 * 12, 24901))
    assert values("dibao_urban_to_income", july)[YONGJI] == Fraction(435 * 12, 24901)
    rural = values("dibao_rural_to_income", june)
    assert (rural[CHANGYI], rural[YONGJI]) == (Fraction(3400, 11326), Fraction(3200, 11326))
    line = values("dibao_rural_to_poverty_line", june)
    assert (line[CHANGYI], line[YONGJI]) == (Fraction(3400, 2952), Fraction(3200, 2952))


def test_without_the_statistic_nothing_is_green(places: None) -> None:
    plan = ledger.load_ledger(actor=System("试验"))
    target = Target.objects.get(plan=plan, code="T05")
    found = plans.target_row(target, dt.date(2016, 7, 31))
    assert found.standing.light == Light.RED
    OfficialStatistic.objects.create(
        name="rural_income", area_id=YONGJI, year=2015, value=10000, unit="元/年", source="试验"
    )
    found = plans.target_row(target, dt.date(2016, 7, 31))
    lights = {part.code: part.standing and part.standing.light for part in found.parts}
    assert lights[YONGJI] == Light.GREEN
    assert lights[CHANGYI] == Light.RED


def test_the_floors_turn_from_yellow_to_green_in_july(places: None) -> None:
    ledger.load_statistics(actor=System("试验"))
    plan: Plan = ledger.load_ledger(actor=System("试验"))
    june = {r.target.code: r for r in plans.ledger(plan, dt.date(2016, 6, 30)).rows()}
    july = {r.target.code: r for r in plans.ledger(plan, dt.date(2016, 7, 31)).rows()}
    assert [june[code].standing.light for code in ("T01", "T04", "T05")] == [
        Light.GREEN,
        Light.YELLOW,
        Light.YELLOW,
    ]
    assert [july[code].standing.light for code in ("T01", "T04", "T05")] == [Light.GREEN] * 3
    assert june["T04"].standing.sentence == (
        "9 个地区中 4 个达到要求；永吉县 19.28%，要求不低于 20%（上年城镇居民人均可支配收入），"
        "为要求的 96.38%，差 3.62 个百分点 → 黄"
    )


def test_each_number_says_what_it_is_made_of(places: None) -> None:
    ledger.load_statistics(actor=System("试验"))
    indicator = INDICATORS.get("dibao_urban_to_income")
    assert indicator is not None
    assert indicator.basis is not None
    period = Period.year_to(dt.date(2016, 6, 30))
    assert indicator.basis(Cut(CITY), period)[YONGJI] == (
        "400 元/人·月（2016-01-01 起，示例）× 12 ÷ 24,901 元/年（吉林省 2015 年，示例）"
    )
    OfficialStatistic.objects.all().delete()
    assert indicator.basis(Cut(CITY), period)[YONGJI].endswith(
        "缺少 2015 年城镇居民人均可支配收入，请先登记"
    )


def test_fen_are_added_exactly(places: None) -> None:
    """A tenth of a yuan has no exact binary form; a thousand of them must still be a hundred."""
    for _ in range(1000):
        award(CHANGYI, "0.10")
    award(CHANGYI, "99999999999.99")
    with acting_as_system("试验"):
        due = queries.awards_by_part(BY_COUNTY, JUNE)[CHANGYI]["due"]
    assert due == Decimal("100000000099.99")
    assert str(due) == "100000000099.99"


def test_the_records_behind_a_number_are_as_many_as_it_says(
    families: list[Award], make_user: Any, client: Any
) -> None:
    client.force_login(make_user("city_officer", CITY))
    june = Period.year_to(dt.date(2016, 6, 30))
    indicator = INDICATORS.get("dibao_households")
    assert indicator is not None
    page = client.get(indicator.drill_down(CHANGYI, june)).content.decode()
    for given, is_due in zip(families, [True, True, False, False, False], strict=True):
        assert (f"/records/award/{given.pk}/" in page) is is_due
    paid = INDICATORS.get("dibao_paid")
    assert paid is not None
    page = client.get(paid.drill_down(CHANGYI, june)).content.decode()
    rolls = {roll.pk: roll.area_id for roll in Roll._base_manager.all()}
    assert {pk for pk in rolls if f"/records/roll/{pk}/" in page} == {
        pk for pk, area in rolls.items() if area == CHANGYI
    }


@pytest.fixture
def cases(db: None) -> None:
    """Opened and closed in two counties; one of them in the year before."""
    days = [
        (CHANGYI, "2015-12-20", "2016-01-10"),
        (CHANGYI, "2016-02-01", None),
        (CHANGYI, "2016-02-03", "2016-03-01"),
        (YONGJI, "2016-05-30", "2016-06-30"),
        (YONGJI, "2016-07-01", None),
    ]
    for number, (county, opened, closed) in enumerate(days):
        case = Case(
            number=f"C{number}", procedure="dibao", area_id=f"{county[:6]}001001", title="试",
            applicant="甲", state="awarded" if closed else "accepted",
            opened_on=dt.date.fromisoformat(opened),
            closed_on=closed and dt.date.fromisoformat(closed),
        )  # fmt: skip
        case.save()
        for order, step in enumerate(["apply", "accept"], 1):
            Event.objects.create(
                case=case, order=order, step=step, actor_label="试", after="accepted",
                happened_on=case.opened_on + dt.timedelta(order),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changyi", "yongji"),
    [
        ("dibao_accepted", 2, 1),
        ("dibao_settled", 2, 1),
        ("dibao_open", 1, 0),
        ("dibao_settled_to_accepted", 1, 1),
    ],
)
def test_cases_are_counted_where_and_when_they_happen(
    cases: None, name: str, changyi: int, yongji: int
) -> None:
    indicator = INDICATORS.get(name)
    assert indicator is not None
    with acting_as_system("试验"):
        found = indicator.figures(BY_COUNTY, Period.year_to(dt.date(2016, 6, 30)))
    assert [found[code].value for code in (CHANGYI, YONGJI)] == [changyi, yongji]


@pytest.mark.parametrize("name", [each.name for each in INDICATORS.all()])
def test_a_year_at_once_says_the_same_as_month_by_month(cases: None, name: str) -> None:
    indicator = INDICATORS.get(name)
    assert indicator is not None
    with acting_as_system("试验"):
        year = indicator.figures_of_year(BY_COUNTY, 2016)
        for end, found in year.items():
            assert found == indicator.figures(BY_COUNTY, Period.year_to(end)), end
