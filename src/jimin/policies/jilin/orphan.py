"""孤儿基本生活保障 in 吉林市: the city's own rates by placement."""

from jimin.engine.rules import Entities, Expression, Member, RuleBook
from jimin.policies.figures import figures_of
from jimin.policies.national import orphan

book = RuleBook(
    "orphan",
    parameters=figures_of("national/orphan", "jilin/orphan"),
    entities=Entities(group_label="家庭或者机构", member_label="儿童"),
)
figures = book.figures
orphan.declare(book)


@book.member("本市孤儿基本生活费标准", cite="国办发〔2010〕54 号：标准由地方确定")
def local_rate(p: Member) -> Expression:
    return figures.orphan_rate[p.placement]
