"""The example country of OpenFisca (openfisca-country-template) in our vocabulary.

A toy country's law, written to prove the bridge: the figures are read from the installed package,
the rules say in our words what its formulas say. Nobody's default is in the rules; each is in
force from the day its figures begin.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jimin.engine.rules import (
    Choice,
    Day,
    Entities,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Policy,
    RuleBook,
    Whole,
    any_member,
    bracket,
    count,
    highest,
    marginal,
    monthly,
    pct,
    total,
    when,
    yuan,
)
from jimin.engine.rules import age as age_on
from jimin.engine.rules.openfisca import Correspondence, Figures, Taken, read_figures, read_system
from jimin.engine.rules.parameters import DatedValue, Parameter

PACKAGE: Final = "openfisca_country_template"
LAW: Final = "示范国法律"
UNITS: Final = {
    "currency-EUR": "元/月",
    "taxes.housing_tax.rate": "元/年",
    "taxes.housing_tax.minimal_amount": "元/年",
    "benefits.meal_price.amount": "元",
    "benefits.swimming_pool_access_cost_increase.amount": "元",
}
# Their formula has these two as numbers in it; with us every age is a dated figure.
AGES_OF_CHILDREN: Final = tuple(
    Parameter(name, label, "岁", (), (DatedValue(date(2015, 12, 1), (), years, LAW, "example"),))
    for name, label, years in (
        ("child_of_one", "单亲家庭子女的年龄", 8),
        ("child_of_two", "双亲家庭子女的年龄", 6),
    )
)


def folder() -> Path:
    """Where the package is installed; looked for without importing it."""
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def figures() -> Figures:
    return read_figures(folder() / "parameters", units=UNITS)


def correspondence() -> Correspondence:
    """The country, and its reforms that can be written as rules or figures."""
    system = read_system(folder())
    parameters = figures().parameters
    january = {
        name: Taken(name, "january") for name in ("accommodation_size", "housing_occupancy_status")
    }

    def said(book: RuleBook, **reforms: Correspondence) -> Correspondence:
        policy = Policy(name="template", label="示范国", version="0", book=book)
        return Correspondence(policy, system, facts=january, reforms=reforms)

    reformed = tuple(
        _taxed_anew(one) if one.name == "taxes_social_security_contribution" else one
        for one in parameters
    )
    base = said(a_book(parameters))
    return replace(
        base,
        reforms={
            f"{PACKAGE}.reforms.{name}.{name}": reform
            for name, reform in {
                "add_new_tax": said(with_a_new_tax(a_book(parameters))),
                "modify_social_security_taxation": said(a_book(reformed)),
            }.items()
        },
    )


def a_book(parameters: tuple[Parameter, ...]) -> RuleBook:
    book = RuleBook(
        "template",
        parameters=(*parameters, *AGES_OF_CHILDREN),
        entities=Entities("household", "person", "persons"),
    )
    f = book.figures
    book.group_facts(
        rent=Money(label="房租", highest=10**7),
        accommodation_size=Whole(label="一月的住房面积（平方米）", highest=10**5),
        housing_occupancy_status=Choice(
            label="一月的住房情况",
            choices={
                "owner": "自有", "tenant": "租住", "free_lodger": "借住", "homeless": "无住房",
            },
        ),
    )  # fmt: skip
    book.member_facts(
        birth=Day(label="出生日期"),
        salary=Money(label="工资", highest=10**7),
        capital_returns=Money(label="资本收益", highest=10**7),
        role=Choice(label="身份", choices={"adult": "成人", "child": "子女"}),
    )

    @book.member("年龄", cite=LAW)
    def age(p: Member) -> Expression:
        return age_on(p.birth)

    @book.member("养老金", cite=LAW, since="1951-07-01")
    def pension(p: Member) -> Expression:
        return when(p.age >= f.general_age_of_retirement, yuan(1), 0)

    @book.member("基本收入", cite=LAW, since="2015-12-01")
    def basic_income(p: Member) -> Expression:
        is_adult = p.age >= f.general_age_of_majority
        return when(is_adult & (p.salary == 0), f.benefits_basic_income, 0)

    @book.member("基本收入", cite=LAW, since="2016-12-01", replaces="basic_income")
    def basic_income_of_all(p: Member) -> Expression:
        return when(p.age >= f.general_age_of_majority, f.benefits_basic_income, 0)

    @book.member("所得税", cite=LAW, since="2012-01-01")
    def income_tax(p: Member) -> Expression:
        return (p.salary + p.capital_returns + p.pension) * f.taxes_income_tax_rate

    @book.member("社会保险费", cite=LAW, since="2013-01-01")
    def social_security_contribution(p: Member) -> Expression:
        return marginal(p.salary, f.taxes_social_security_contribution)

    @book.group("家庭收入", cite=LAW)
    def household_income(h: Group) -> Expression:
        return total(h.members.salary)

    @book.group("住房补贴", cite=LAW, since="2010-01-01", until="2016-11-30")
    def housing_allowance(h: Group) -> Expression:
        return h.rent * f.benefits_housing_allowance

    @book.group("育儿补贴", cite=LAW, since="2015-12-01")
    def parenting_allowance(h: Group) -> Expression:
        is_single = count(h.members.role == "adult") == 1
        ages = h.members.age
        is_entitled = (is_single & any_member(ages < f.child_of_one)) | any_member(
            ages < f.child_of_two
        )
        is_poor = h.household_income <= f.benefits_parenting_allowance_income_threshold
        return when(is_poor & is_entitled, f.benefits_parenting_allowance_amount, 0)

    @book.group("餐费", cite=LAW, since="2017-01-01")
    def meal_price(h: Group) -> Expression:
        return bracket(h.household_income, f.benefits_meal_price)

    @book.group("泳池门票", cite=LAW, since="2017-01-01")
    def swimming_pool_access(h: Group) -> Expression:
        scale = "benefits_swimming_pool_access_cost_increase"
        steps = [
            when(
                h.household_income > getattr(f, f"{scale}_{step}_threshold"),
                getattr(f, f"{scale}_{step}_amount"),
                0,
            )
            for step in (2, 3, 4)
        ]
        return steps[0] + steps[1] + steps[2]

    @book.group("住房税", cite=LAW, since="2010-01-01")
    def housing_tax(h: Group) -> Expression:
        lives_there = (h.housing_occupancy_status == "owner") | (
            h.housing_occupancy_status == "tenant"
        )
        by_size = h.accommodation_size * f.taxes_housing_tax_rate
        return when(lives_there, highest(by_size, f.taxes_housing_tax_minimal_amount), 0)

    @book.group("福利合计", cite=LAW, since="2015-12-01")
    def total_benefits(h: Group) -> Expression:
        return total(h.members.basic_income) + h.housing_allowance

    @book.group("福利合计", cite=LAW, since="2016-12-01", replaces="total_benefits")
    def total_benefits_without_housing(h: Group) -> Expression:
        return total(h.members.basic_income)

    @book.group("税费合计", cite=LAW, since="2013-01-01")
    def total_taxes(h: Group) -> Expression:
        of_members = total(h.members.income_tax) + total(h.members.social_security_contribution)
        return of_members + monthly(h.housing_tax)

    @book.group("人数", cite=LAW)
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("收支", cite=LAW, since="2015-12-01")
    def means(h: Group) -> Expression:
        return when(h.disposable_income < 0, "入不敷出", "有余")

    @book.group("可支配收入", cite=LAW, since="2015-12-01")
    def disposable_income(h: Group) -> Expression:
        earned = h.household_income + total(h.members.capital_returns) + total(h.members.pension)
        return earned + h.total_benefits + h.parenting_allowance - h.total_taxes

    return book


def with_a_new_tax(book: RuleBook) -> RuleBook:
    book.member_facts(has_car=Flag(label="有汽车"))

    @book.member("新税", cite=f"{LAW}修正案", since="2012-01-01")
    def new_tax(p: Member) -> Expression:
        return when(p.has_car, p.income_tax + yuan(100), 0)

    return book


def _taxed_anew(scale: Parameter) -> Parameter:
    """The reform of the contribution: no first step, the second 10 points higher, a new one."""
    values: list[DatedValue] = []
    for since in sorted({value.since for value in scale.values}):
        steps = [value for value in scale.values if value.since == since]
        _, second, *others = steps
        values.append(replace(second, value=second.value + pct(10).value))  # type: ignore[attr-defined]
        values.extend(others)
        if since >= date(2017, 1, 1):
            values.append(replace(second, key=("40000",), value=pct(40).value))  # type: ignore[attr-defined]
    return replace(scale, values=tuple(values))
