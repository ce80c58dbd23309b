"""资助参保 in 吉林市: how large a share of the personal contribution is paid for whom."""

from jimin.engine.rules import Expression, Member, RuleBook
from jimin.policies.figures import figures_of
from jimin.policies.national import premium

book = RuleBook("premium", parameters=figures_of("jilin/premium"))
figures = book.figures
premium.declare(book)


@book.member("资助比例", cite="社会救助暂行办法第二十九条：补贴标准由县级以上人民政府确定")
def premium_share(p: Member) -> Expression:
    return figures.share_of_premium[p.category]
