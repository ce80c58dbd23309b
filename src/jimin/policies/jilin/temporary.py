"""临时救助 in 吉林市: what is given is measured in months of the dibao standard."""

from jimin.engine.rules import Expression, Group, RuleBook, round_down
from jimin.policies.figures import figures_of
from jimin.policies.jilin import standards
from jimin.policies.national import temporary

book = RuleBook("temporary", parameters=figures_of("jilin/standards", "jilin/temporary"))
figures = book.figures
standards.declare(book)
temporary.declare(book)


@book.group("救助上限", cite="社会救助暂行办法第四十九条：标准由地方确定")
def ceiling(h: Group) -> Expression:
    return round_down(figures.aid_ceiling_months * h.standard)


@book.group("乡镇审批限额", cite="社会救助暂行办法第四十八条：小额救助金")
def small_sum_limit(h: Group) -> Expression:
    return round_down(figures.small_sum_months * h.standard)


@book.group("同一事由每年最多救助次数", cite="国发〔2014〕47 号：由地方制定具体政策")
def most_aids_for_a_cause(h: Group) -> Expression:
    return figures.aids_for_a_cause
