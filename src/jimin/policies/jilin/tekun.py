"""特困人员供养 in 吉林市: standards as multiples of the dibao standard and the minimum wage."""

from jimin.engine.rules import Expression, Group, RuleBook, round_up
from jimin.policies.figures import figures_of
from jimin.policies.jilin import standards
from jimin.policies.national import tekun

book = RuleBook(
    "tekun",
    parameters=figures_of("national/tekun", "jilin/standards", "jilin/wages", "jilin/tekun"),
)
figures = book.figures
standards.declare(book)
tekun.declare(book)


@book.group("基本生活标准", cite="市民政局社会救助处 2022 年通知：基本生活标准")
def living_standard(h: Group) -> Expression:
    return round_up(figures.living_multiple[h.form] * h.standard)


@book.group("全自理照料护理标准", cite="市民政局社会救助处 2022 年通知：照料护理标准")
def care_standard_able(h: Group) -> Expression:
    return round_up(figures.care_share_able * figures.minimum_wage[h.county])


@book.group("半护理照料护理标准", cite="市民政局社会救助处 2022 年通知：照料护理标准")
def care_standard_partly(h: Group) -> Expression:
    return round_up(figures.care_share_partly * figures.minimum_wage[h.county])


@book.group("全护理照料护理标准", cite="市民政局社会救助处 2022 年通知：照料护理标准")
def care_standard_fully(h: Group) -> Expression:
    return round_up(figures.care_share_fully * figures.minimum_wage[h.county])
