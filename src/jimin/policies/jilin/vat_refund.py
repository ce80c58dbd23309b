"""福利企业增值税退还 in 吉林市: the minimum wage of each county."""

from collections.abc import Callable
from datetime import date

from jimin.engine.rules import Choice, Entities, Expression, Group, RuleBook
from jimin.policies.figures import figures_of
from jimin.policies.jilin import COUNTIES
from jimin.policies.national import vat_refund


def _book(declare: Callable[[RuleBook], None]) -> RuleBook:
    book = RuleBook(
        "vat_refund",
        parameters=figures_of("national/vat_refund", "jilin/wages"),
        most_members=vat_refund.MOST_STAFF,
        entities=Entities(group_label="企业", member_label="职工"),
    )
    book.group_facts(county=Choice(label="单位所在县（市、区）", choices=COUNTIES))
    declare(book)

    @book.group("当地月最低工资", cite="吉林省最低工资标准")
    def minimum_wage_there(h: Group) -> Expression:
        return book.figures.minimum_wage[h.county]

    return book


book = _book(vat_refund.declare_2007)
later_books = {date(2016, 5, 1): _book(vat_refund.declare_2016)}
