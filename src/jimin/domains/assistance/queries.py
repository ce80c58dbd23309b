"""Reads for dibao: a family's members, its declaration, its visits, its notice."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Round, Substr

from jimin.engine.rules import DatedValue, Fact
from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import ancestors, reach
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.awards.queries import in_month
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.payments.models import Roll, RollLine
from jimin.kernel.people.models import Household, Member
from jimin.kernel.workplans.rules.indicators import Cut
from jimin.policies import load_policy

from .models import Application, Assessment, Declaration, HomeVisit, MemberFacts, PublicNotice
from .rules import household_inputs

TOWNSHIP = 3  # place of the township among the ancestors of an area


def members_of(household: Household) -> list[Member]:
    """Who lives in the household now, the head first."""
    return list(
        Member.objects.filter(household=household, left_on=None)
        .select_related("person")
        .order_by("relation", "id")
    )


def current_declaration(household: Household) -> Declaration | None:
    return Declaration._base_manager.filter(household=household, is_current=True).first()


def open_award(household: Household) -> Award | None:
    """Asked without regard to the area: a family has one award wherever it lives."""
    return Award._base_manager.filter(
        household=household, benefit=Benefit.DIBAO, to_month=None
    ).first()


def open_application(household: Household) -> Case | None:
    return Case._base_manager.filter(household=household, procedure="dibao", closed_on=None).first()


def member_facts() -> dict[str, Fact]:
    """The facts of the rules that a declaration keeps of each member, in the order of its columns.

    Whatever asks, shows or assesses them goes by this list.
    """
    editions = load_policy(settings.POLICY).editions
    stated = {name: fact for one in editions for name, fact in one.book.facts["member"].items()}
    columns = (column.name for column in MemberFacts._meta.fields)
    return {name: stated[name] for name in columns if name in stated}


def member_column(name: str) -> models.Field[Any, Any]:
    """The column of a fact of members, with its words."""
    column = MemberFacts._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column


def inputs_of(
    declaration: Declaration,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The household's and the members' facts as the rules take them."""
    household = declaration.household
    facts = household_inputs(
        area=household.area_id,
        residence=household.residence,
        financial_assets=declaration.financial_assets,
        vehicles=declaration.vehicles,
        dwellings=declaration.dwellings,
        last_amount=declaration.last_amount,
        over_since=declaration.over_since,
    )
    rows = declaration.members.select_related("person").order_by("relation", "id")
    asked = member_facts()
    return facts, [member_inputs(row, asked) for row in rows]


def member_inputs(row: MemberFacts, asked: Iterable[str]) -> dict[str, Any]:
    """What was declared of a member as the rules take it; None is unknown."""
    return {"name": row.person.name, **{name: getattr(row, name) for name in asked}}


def application_of(case: Case) -> Application:
    return Application._base_manager.select_related(
        "declaration__household", "assessment", "account__holder"
    ).get(case=case)


def corrected_in(case: Case) -> list[Declaration]:
    """What was declared in a case and corrected since, the last first."""
    events = Event._base_manager.filter(case=case, data__has_key="before")
    replaced = events.values_list("data__before", flat=True)
    return list(
        Declaration._base_manager.filter(pk__in=list(replaced))
        .select_related("made_by")
        .order_by("-id")
    )


def visits_of(application: Application) -> Sequence[HomeVisit]:
    return list(HomeVisit._base_manager.filter(application=application).order_by("id"))


def notice_of(application: Application) -> PublicNotice | None:
    """The last notice; an objection makes the next one necessary."""
    return PublicNotice._base_manager.filter(application=application).order_by("-id").first()


def accepted_on(case: Case) -> dt.date | None:
    return (
        Event._base_manager.filter(case=case, step="accept")
        .order_by("-order")
        .values_list("happened_on", flat=True)
        .first()
    )


def staff_of(area: str, verb: str) -> models.QuerySet[User]:
    """Those whose post, at the area's township, within it or above it, allows a verb of dibao."""
    line = ancestors(area)
    first, last = reach(line[min(TOWNSHIP, len(line) - 1)])
    roles = [role.name for role in matrix().allowing(verb, "dibao")]
    return (
        User.objects.filter(
            models.Q(posts__area_id__in=line) | models.Q(posts__area__code__range=(first, last)),
            posts__role__in=roles,
            posts__valid_to=None,
            is_active=True,
        )
        .distinct()
        .order_by("name", "pk")
    )


def latest_assessment(household: Household) -> Assessment | None:
    return Assessment._base_manager.filter(declaration__household=household).order_by("-id").first()


def month_to_assess(case: Case) -> dt.date:
    """The month of the case's last step: what the rules say is said for the case's own time."""
    last = Event._base_manager.filter(case=case).order_by("-order").first()
    return case.opened_on if last is None else last.happened_on


PAID = (Roll.State.RELEASED, Roll.State.EXPORTED)
STANDARDS = {"urban": "urban_standard", "rural": "rural_standard"}


def awards_by_part(cut: Cut, month: dt.date) -> dict[str, dict[str, Any]]:
    """Households, persons and amount due in a month, for every part of an area, also the empty."""
    grouped = (
        in_month(Benefit.DIBAO, month)
        .filter(_inside(cut.area))
        .annotate(part=Substr("area_id", 1, cut.digits))
        .values("part")
        .annotate(
            households=models.Count("household_id", distinct=True),
            persons=models.Sum("size"),
            due=_sum_of_fen("amount"),
        )
        .order_by("part")
    )
    return _every_part(cut, grouped, {"households": 0, "persons": 0, "due": Decimal(0)})


def paid_by_part(cut: Cut, first_month: dt.date, last_month: dt.date) -> dict[str, dict[str, Any]]:
    """Households and amount of the rolls approved for some months, for every part of an area."""
    rows: Any
    if cut.level == Area.Level.COUNTY:  # a roll is a county's: its sums are there already
        months = (first_month, last_month)
        rows = Roll.objects.filter(benefit=Benefit.DIBAO, state__in=PAID, month__range=months)
        count: models.Aggregate = models.Sum("households")
    else:
        rows = RollLine.objects.filter(
            roll__benefit=Benefit.DIBAO,
            roll__state__in=PAID,
            roll__month__range=(first_month, last_month),
            held="",
        )
        count = models.Count("id")
    grouped = (
        rows.filter(_inside(cut.area))
        .annotate(part=Substr("area_id", 1, cut.digits))
        .values("part")
        .annotate(paid_households=count, paid=_sum_of_fen("amount"))
        .order_by("part")
    )
    return _every_part(cut, grouped, {"paid_households": 0, "paid": Decimal(0)})


def paid_by_month(area: str, year: int) -> list[dict[str, Any]]:
    """Households, persons and amount of the approved rolls, by month and county, in one query."""
    rows: Any = Roll.objects.filter(
        _inside(area), benefit=Benefit.DIBAO, state__in=PAID, month__year=year
    )
    grouped = (
        rows.values("month", "area_id")
        .annotate(
            paid_households=models.Sum("households"),
            paid_persons=models.Sum("persons"),
            paid=_sum_of_fen("amount"),
        )
        .order_by("month", "area_id")
    )
    return [{**row, "paid": _yuan(row["paid"])} for row in grouped]


def standards(residence: str, month: dt.date, policy: str = "jilin") -> dict[str, DatedValue]:
    """The dibao standard of each county, as it is in force in a month, by division code."""
    figures = load_policy(policy).at(f"{month:%Y-%m}").figures(STANDARDS[residence])
    return {f"{county}000000": figure for (county,), figure in sorted(figures.items())}


def yearly_standards(residence: str, month: dt.date) -> dict[str, Fraction]:
    """The standards in yuan per person and year: the urban one is set by the month."""
    months = 12 if residence == "urban" else 1
    return {code: Fraction(f.value) * months for code, f in standards(residence, month).items()}


def _inside(area: str) -> models.Q:
    first, last = reach(area)
    return models.Q(area_id__gte=first, area_id__lte=last)


def _sum_of_fen(name: str) -> models.Sum:
    """An exact sum of money: SQLite adds decimals as floating point, integers exactly."""
    fen = models.ExpressionWrapper(
        models.F(name) * 100, output_field=models.DecimalField(max_digits=20, decimal_places=2)
    )
    return models.Sum(Cast(Round(fen), models.BigIntegerField()))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _every_part(cut: Cut, grouped: Any, nothing: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The parts of an area, also those without a row. Money comes as fen."""
    first, last = reach(cut.area)
    codes = Area.objects.filter(level=cut.level, valid_to=None, code__range=(first, last))
    found = {code: dict(nothing) for code in codes.values_list("code", flat=True)}
    for row in grouped:
        found[cut.code(row["part"])] = {
            name: _yuan(row[name]) if isinstance(empty, Decimal) else row[name]
            for name, empty in nothing.items()
        }
    return dict(sorted(found.items()))
