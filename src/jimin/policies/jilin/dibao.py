"""最低生活保障 (the minimum living guarantee) by household and month.

Read beside the 2014 Interim Measures for Social Assistance and the 2012 Measures on review and
approval (民发〔2012〕220 号). Every figure is in `parameters/`; here is only how they are used.
"""

from jimin.engine.rules import (
    Choice,
    Day,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Month,
    RuleBook,
    Whole,
    age,
    count,
    highest,
    highest_applying,
    is_given,
    monthly,
    months_since,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.figures import figures_of
from jimin.policies.jilin import COUNTIES

book = RuleBook("dibao", parameters=figures_of("jilin/standards", "jilin/dibao"))
figures = book.figures

book.group_facts(
    county=Choice(label="县（市、区）", choices=COUNTIES),
    residence=Choice(label="城乡类别", choices={"urban": "城市", "rural": "农村"}),
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


# Standard


@book.group("月保障标准", cite="社会救助暂行办法第十条")
def standard(h: Group) -> Expression:
    return when(
        h.residence == "urban",
        figures.urban_standard[h.county],
        monthly(figures.rural_standard[h.county]),
    )


# Income


@book.member("计入的月收入", cite="最低生活保障审核审批办法（试行）第十六条")
def countable_income(p: Member) -> Expression:
    counted_share = when(p.disability_grade >= 1, 1 - figures.disabled_wage_deduction, 1)
    return p.wage * counted_share + p.business + p.property + p.transfer


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


@book.group("人均金融资产限额", cite="最低生活保障审核审批办法（试行）第十七条")
def asset_limit(h: Group) -> Expression:
    return figures.asset_limit_months * h.standard


@book.group(
    "金融资产不超过限额",
    cite="最低生活保障审核审批办法（试行）第十七条",
    unmet="人均金融资产 {assets_per_capita} 元，超过限额 {asset_limit} 元",
)
def assets_within_limit(h: Group) -> Expression:
    return h.assets_per_capita <= h.asset_limit


@book.group(
    "机动车不超过限量",
    cite="最低生活保障审核审批办法（试行）第十七条",
    unmet="有机动车 {vehicles} 辆，超过规定的 {vehicle_limit} 辆",
)
def vehicles_within_limit(h: Group) -> Expression:
    return h.vehicles <= figures.vehicle_limit


@book.group(
    "房产不超过限量",
    cite="最低生活保障审核审批办法（试行）第十七条",
    unmet="有房产 {dwellings} 套，超过规定的 {dwelling_limit} 套",
)
def dwellings_within_limit(h: Group) -> Expression:
    return h.dwellings <= figures.dwelling_limit


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


@book.member("分类施保比例", cite="最低生活保障审核审批办法（试行）第二十八条")
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


@book.group("分类施保", cite="最低生活保障审核审批办法（试行）第二十八条")
def category(h: Group) -> Expression:
    return when(h.is_eligible, round_up(h.standard * total(h.members.category_share)), 0)


# Gradual exit


@book.group("渐退收入上限", cite="2016 年吉林市民政工作部署：低保渐退")
def exit_ceiling(h: Group) -> Expression:
    return figures.exit_income_multiple * h.standard


@book.group("收入在渐退范围内", cite="2016 年吉林市民政工作部署：低保渐退")
def income_within_exit_range(h: Group) -> Expression:
    return (h.per_capita >= h.standard) & (h.per_capita < h.exit_ceiling)


@book.group("在渐退期内", cite="2016 年吉林市民政工作部署：低保渐退")
def within_exit_period(h: Group) -> Expression:
    months = months_since(h.over_since)
    return is_given(h.over_since) & (months >= 0) & (months < figures.exit_months)


@book.group("低保渐退", cite="2016 年吉林市民政工作部署：低保渐退")
def gradual_exit(h: Group) -> Expression:
    return (
        h.income_within_exit_range
        & h.property_within_limits
        & (h.last_amount > 0)
        & h.within_exit_period
    )


# Decision


@book.group("结论", cite="社会救助暂行办法第九条、第十一条")
def conclusion(h: Group) -> Expression:
    return when(h.is_eligible, "符合", when(h.gradual_exit, "渐退", "不符合"))


@book.group("本月应发", cite="最低生活保障审核审批办法（试行）第二十七条、第二十八条")
def amount(h: Group) -> Expression:
    return when(h.is_eligible, h.topup + h.category, when(h.gradual_exit, h.last_amount, 0))
