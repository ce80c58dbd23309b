"""最低生活保障 under the 2012 Measures on review and approval (民发〔2012〕220 号), to June 2021.

Read beside them and the 2014 Interim Measures for Social Assistance. Each city says the standard,
what counts of an income (`countable_income`), the limits of property (`assets_within_limit`,
`vehicles_within_limit`, `dwellings_within_limit`), what each member adds (`category_share`) and
its gradual exit.
"""

from jimin.engine.rules import (
    Day,
    Expression,
    Flag,
    Group,
    Money,
    Month,
    RuleBook,
    Whole,
    count,
    highest,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.national.dibao_refusals import declare_refusals


def declare(book: RuleBook) -> None:
    book.group_facts(
        financial_assets=Money(label="金融资产", unit=YUAN, highest=1_000_000_000),
        vehicles=Whole(label="机动车数", highest=1_000),
        dwellings=Whole(label="房产套数", highest=1_000),
        last_amount=Money(label="上月低保金", highest=1_000_000, default=0),
        over_since=Month(label="超标起始月", optional=True),
    )
    book.member_facts(
        birth=Day(label="出生日期"),
        disability_grade=Whole(label="残疾等级", highest=4, default=0),
        is_student=Flag(label="在校学生"),
        is_seriously_ill=Flag(label="重病"),
        is_single_parent=Flag(label="单亲"),
        wage=Money(label="工资性收入", highest=10_000_000),
        business=Money(label="经营净收入", lowest=-10_000_000, highest=10_000_000),
        property=Money(label="财产净收入", lowest=-10_000_000, highest=10_000_000),
        transfer=Money(label="转移净收入", lowest=-10_000_000, highest=10_000_000),
    )

    # Income

    @book.group("家庭人数", cite="最低生活保障审核审批办法（试行）第五条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("家庭月收入", cite="最低生活保障审核审批办法（试行）第十六条")
    def income(h: Group) -> Expression:
        return highest(0, total(h.members.countable_income))

    @book.group("人均月收入", cite="社会救助暂行办法第九条")
    def per_capita(h: Group) -> Expression:
        return h.income / h.size

    # Conditions

    @book.group(
        "人均月收入低于标准",
        cite="社会救助暂行办法第九条",
        unmet="人均月收入 {per_capita} 元，不低于标准 {standard} 元",
    )
    def income_below_standard(h: Group) -> Expression:
        return h.per_capita < h.standard

    @book.group("人均金融资产", cite="最低生活保障审核审批办法（试行）第十七条")
    def assets_per_capita(h: Group) -> Expression:
        return h.financial_assets / h.size

    @book.group("家庭财产符合规定", cite="社会救助暂行办法第九条")
    def property_within_limits(h: Group) -> Expression:
        return h.assets_within_limit & h.vehicles_within_limit & h.dwellings_within_limit

    @book.group("符合低保条件", cite="社会救助暂行办法第九条")
    def is_eligible(h: Group) -> Expression:
        return h.income_below_standard & h.property_within_limits

    # Amounts

    @book.group("差额补助", cite="最低生活保障审核审批办法（试行）第二十七条")
    def topup(h: Group) -> Expression:
        gap = (h.standard - h.per_capita) * h.size
        return when(h.is_eligible, round_up(gap), 0)

    @book.group("分类施保", cite="最低生活保障审核审批办法（试行）第二十八条")
    def category(h: Group) -> Expression:
        return when(h.is_eligible, round_up(h.standard * total(h.members.category_share)), 0)

    declare_refusals(book, "社会救助暂行办法第四十五条")

    # Decision

    @book.group("结论", cite="社会救助暂行办法第九条、第十一条")
    def conclusion(h: Group) -> Expression:
        return when(h.is_eligible, "符合", when(h.gradual_exit, "渐退", "不符合"))

    @book.group("本月应发", cite="最低生活保障审核审批办法（试行）第二十七条、第二十八条")
    def amount(h: Group) -> Expression:
        return when(h.is_eligible, h.amount_of_eligible, when(h.gradual_exit, h.last_amount, 0))
