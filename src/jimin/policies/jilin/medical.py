"""医疗救助 in 吉林市: inpatient bills above the deductible of the critical-illness insurance."""

from jimin.engine.rules import Entities, Expression, Group, Member, RuleBook, when
from jimin.policies.figures import figures_of
from jimin.policies.national import medical

book = RuleBook(
    "medical",
    parameters=figures_of("national/medical", "jilin/medical"),
    entities=Entities(group_label="救助对象", member_label="费用单", measure="张"),
)
figures = book.figures
medical.declare(book)


@book.member("计入累计的自付费用", cite="吉林市医疗救助实施办法：住院治疗")
def counted_self_pay(p: Member) -> Expression:
    return when(p.is_inpatient, p.self_pay, 0)


@book.group("起付线", cite="吉林市医疗救助实施办法：超过大病保险起付线部分")
def deductible(h: Group) -> Expression:
    return figures.critical_illness_deductible


@book.group("本市救助比例", cite="吉林市医疗救助实施办法：救助比例")
def local_rate(h: Group) -> Expression:
    return figures.assistance_rate[h.category]


@book.group("年救助封顶线", cite="吉林市医疗救助实施办法：年救助封顶线")
def annual_cap(h: Group) -> Expression:
    return figures.assistance_cap[h.category]
