"""最低生活保障 in 吉林市: what the city adds to either regulation, and the book of each."""

from collections.abc import Callable
from datetime import date

from jimin.engine.rules import (
    Expression,
    Group,
    Member,
    RuleBook,
    age,
    highest_applying,
    is_given,
    months_since,
    when,
)
from jimin.policies.figures import figures_of
from jimin.policies.jilin import standards
from jimin.policies.national import dibao_2012, dibao_2021

PLAN_2016 = "2016 年吉林市民政工作部署：低保渐退"


def _book(declare: Callable[[RuleBook], None]) -> RuleBook:
    book = RuleBook(
        "dibao", parameters=figures_of("national/dibao", "jilin/standards", "jilin/dibao")
    )
    standards.declare(book)
    declare(book)
    return book


def _declare_property(book: RuleBook, article: str) -> None:
    figures = book.figures

    @book.group("人均金融资产限额", cite=article)
    def asset_limit(h: Group) -> Expression:
        return figures.asset_limit_months * h.standard

    @book.group(
        "金融资产不超过限额",
        cite=article,
        unmet="人均金融资产 {assets_per_capita} 元，超过限额 {asset_limit} 元",
    )
    def assets_within_limit(h: Group) -> Expression:
        return h.assets_per_capita <= h.asset_limit

    @book.group(
        "机动车不超过限量",
        cite=article,
        unmet="有机动车 {vehicles} 辆，超过规定的 {vehicle_limit} 辆",
    )
    def vehicles_within_limit(h: Group) -> Expression:
        return h.vehicles <= figures.vehicle_limit

    @book.group(
        "房产不超过限量",
        cite=article,
        unmet="有房产 {dwellings} 套，超过规定的 {dwelling_limit} 套",
    )
    def dwellings_within_limit(h: Group) -> Expression:
        return h.dwellings <= figures.dwelling_limit


def _declare_category(book: RuleBook, article: str) -> None:
    figures = book.figures

    @book.member("分类施保比例", cite=article)
    def category_share(p: Member) -> Expression:
        years = age(p.birth)
        return highest_applying(
            (
                (p.disability_grade >= 1) & (p.disability_grade <= figures.severe_disability_grade),
                figures.severe_disability_share,
            ),
            (p.is_seriously_ill, figures.serious_illness_share),
            (years >= figures.elderly_age, figures.elderly_share),
            ((years < figures.adult_age) | p.is_student, figures.minor_or_student_share),
            (p.is_single_parent, figures.single_parent_share),
        )


def _declare_refuser_cut(book: RuleBook) -> None:
    figures = book.figures

    @book.member("拒绝工作者减发的比例", cite="社会救助暂行办法第四十五条：由县级民政部门决定")
    def refuser_cut(p: Member) -> Expression:
        return figures.refuser_cut_share


def _declare_exit_limits(book: RuleBook, article: str) -> None:
    figures = book.figures

    @book.group("渐退收入上限", cite=article)
    def exit_ceiling(h: Group) -> Expression:
        return figures.exit_income_multiple * h.standard

    @book.group("收入在渐退范围内", cite=article)
    def income_within_exit_range(h: Group) -> Expression:
        return (h.per_capita >= h.standard) & (h.per_capita < h.exit_ceiling)

    @book.group("在渐退期内", cite=article)
    def within_exit_period(h: Group) -> Expression:
        months = months_since(h.over_since)
        return is_given(h.over_since) & (months >= 0) & (months < figures.exit_months)


# The book of 2012

book = _book(dibao_2012.declare)
figures_2012 = book.figures
_declare_property(book, "最低生活保障审核审批办法（试行）第十七条")
_declare_category(book, "最低生活保障审核审批办法（试行）第二十八条")
_declare_refuser_cut(book)
_declare_exit_limits(book, PLAN_2016)


@book.member("计入的月收入", cite="最低生活保障审核审批办法（试行）第十六条")
def countable_income(p: Member) -> Expression:
    counted_share = when(p.disability_grade >= 1, 1 - figures_2012.disabled_wage_deduction, 1)
    return p.wage * counted_share + p.business + p.property + p.transfer


@book.group("低保渐退", cite=PLAN_2016)
def gradual_exit(h: Group) -> Expression:
    return (
        h.income_within_exit_range
        & h.property_within_limits
        & (h.last_amount > 0)
        & h.within_exit_period
    )


@book.group("渐退发放方式", cite=PLAN_2016)
def exit_payment(h: Group) -> Expression:
    return when(h.gradual_exit, "续发上月低保金", "不续发")


# The book of 2021

book_2021 = _book(dibao_2021.declare)
figures_2021 = book_2021.figures
_declare_property(book_2021, "最低生活保障审核确认办法第十四条")
_declare_category(book_2021, "最低生活保障审核确认办法第二十七条")
_declare_refuser_cut(book_2021)
_declare_exit_limits(book_2021, "最低生活保障审核确认办法第三十三条")


@book_2021.group("渐退期发放比例", cite="最低生活保障审核确认办法第三十三条：由县级制定")
def exit_share(h: Group) -> Expression:
    is_early = months_since(h.over_since) < figures_2021.exit_full_months
    return when(is_early, 1, figures_2021.exit_later_share)


later_books = {date(2021, 7, 1): book_2021}
