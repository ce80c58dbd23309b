"""残疾人两项补贴 in 吉林市: the rates by kind of family and by grade."""

from jimin.engine.rules import Expression, Member, RuleBook, when
from jimin.policies.figures import figures_of
from jimin.policies.national import disability

book = RuleBook("disability", parameters=figures_of("jilin/disability"))
figures = book.figures
disability.declare(book)


@book.member("生活补贴标准", cite="国发〔2015〕52 号：标准由省级或地方确定，可逐步扩大范围")
def living_rate(p: Member) -> Expression:
    return figures.living_subsidy_rate[p.family]


@book.member("护理补贴标准", cite="国发〔2015〕52 号：标准由省级或地方确定，可逐步扩大范围")
def care_rate(p: Member) -> Expression:
    is_of_the_mind = (p.disability_kind == "intellectual") | (p.disability_kind == "mental")
    return when(
        is_of_the_mind,
        figures.care_subsidy_rate_of_the_mind[p.disability_grade],
        figures.care_subsidy_rate[p.disability_grade],
    )
