"""残疾抚恤金 in 吉林市: the local average wage."""

from jimin.engine.rules import Entities, Expression, Member, RuleBook
from jimin.policies.figures import figures_of
from jimin.policies.national import veterans

book = RuleBook(
    "veterans",
    parameters=figures_of("national/veterans", "jilin/veterans"),
    entities=Entities(member_label="残疾军人"),
)
figures = book.figures
veterans.declare(book)


@book.member("当地职工月平均工资", cite="军人抚恤优待条例第三十条")
def average_wage(p: Member) -> Expression:
    return figures.average_monthly_wage
