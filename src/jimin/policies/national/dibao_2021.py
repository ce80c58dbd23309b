"""最低生活保障 under the Measures on review and confirmation (审核确认办法), from July 2021.

Read beside them and the 2014 Interim Measures for Social Assistance. What they changed: costs of
work and unavoidable extra costs are deducted, some transfers do not count, a gravely disabled or
ill person of a marginal family may apply alone, and the gradual exit follows on taking up work.
Each city says the standard, the limits of property (`assets_within_limit`,
`vehicles_within_limit`, `dwellings_within_limit`), what each member adds (`category_share`) and
how the gradual exit is paid (`exit_share`).
"""

from jimin.engine.rules import (
    TO_FEN,
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
    all_members,
    count,
    highest,
    lowest,
    round_half_up,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.national.codes import DISABILITIES
from jimin.policies.national.dibao_refusals import declare_refusals


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.group_facts(
        financial_assets=Money(label="金融资产", unit=YUAN, highest=1_000_000_000),
        vehicles=Whole(label="机动车数", highest=1_000),
        dwellings=Whole(label="房产套数", highest=1_000),
        last_amount=Money(label="上月低保金", highest=1_000_000, default=0),
        over_since=Month(label="超标起始月", optional=True),
        application=Choice(
            label="申请方式",
            choices={"household": "全户申请", "single": "低保边缘家庭成员单人申请"},
            default="household",
        ),
        family_per_capita=Money(label="单人申请人所在家庭人均月收入", highest=10_000_000),
        family_meets_property_rules=Flag(label="单人申请人所在家庭财产符合低保边缘家庭规定"),
        rise_is_from_work=Flag(label="因就业收入超过标准"),
        amount_before_exit=Money(label="进入渐退时的月低保金", highest=1_000_000),
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
        uncounted_transfer=Money(
            label="其中不计入的优待抚恤、奖励扶助、奖学金、社会救助等",
            highest=10_000_000,
            default=0,
        ),
        basic_pension=Money(label="其中中央确定的基础养老金", highest=100_000, default=0),
        work_cost=Money(label="必要的就业成本", highest=10_000_000, default=0),
        extra_cost=Money(label="因残疾、患重病增加的刚性支出", highest=10_000_000, default=0),
        disability_kind=Choice(label="残疾类别（多重残疾填最重的一类）", choices=DISABILITIES),
    )

    # Who may apply

    @book.member("可以单人申请", cite="最低生活保障审核确认办法第八条")
    def qualifies_alone(p: Member) -> Expression:
        is_of_the_mind = (p.disability_kind == "intellectual") | (p.disability_kind == "mental")
        grade = p.disability_grade
        is_severe = (grade >= 1) & (grade <= figures.alone_grade)
        is_severe_of_the_mind = (grade >= 1) & (grade <= figures.alone_grade_of_the_mind)
        return is_severe | (is_of_the_mind & is_severe_of_the_mind) | p.is_seriously_ill

    @book.group("低保边缘家庭收入上限", cite="最低生活保障审核确认办法第八条")
    def marginal_ceiling(h: Group) -> Expression:
        return figures.marginal_multiple * h.standard

    @book.group("家庭属于低保边缘家庭", cite="最低生活保障审核确认办法第八条：最低生活保障边缘家庭")
    def family_is_marginal(h: Group) -> Expression:
        return (h.family_per_capita < h.marginal_ceiling) & h.family_meets_property_rules

    @book.group(
        "可以这样申请",
        cite="最低生活保障审核确认办法第八条",
        unmet=(
            "单人申请的，应当是人均月收入低于 {marginal_ceiling} 元、财产符合规定的家庭中的"
            "重残或者重病人员，只列本人"
        ),
    )
    def may_apply(h: Group) -> Expression:
        is_one_who_may = (h.size == 1) & all_members(h.members.qualifies_alone)
        may_alone = h.family_is_marginal & is_one_who_may
        return (h.application == "household") | may_alone

    # Income

    @book.member("计入的转移净收入", cite="最低生活保障审核确认办法第十三条：不计入家庭收入的项目")
    def countable_transfer(p: Member) -> Expression:
        pension_left_out = figures.basic_pension_left_out * p.basic_pension
        return p.transfer - p.uncounted_transfer - pension_left_out

    @book.member("扣减的支出", cite="最低生活保障审核确认办法第十三条：就业成本和刚性支出的扣减")
    def deducted_costs(p: Member) -> Expression:
        return lowest(p.work_cost, p.wage) + p.extra_cost

    @book.member("计入的月收入", cite="最低生活保障审核确认办法第十三条")
    def countable_income(p: Member) -> Expression:
        received = p.wage + p.business + p.property + p.countable_transfer
        return received - p.deducted_costs

    @book.group("家庭人数", cite="最低生活保障审核确认办法第七条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("家庭月收入", cite="最低生活保障审核确认办法第十三条")
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

    @book.group("人均金融资产", cite="最低生活保障审核确认办法第十四条")
    def assets_per_capita(h: Group) -> Expression:
        return h.financial_assets / h.size

    @book.group("家庭财产符合规定", cite="社会救助暂行办法第九条")
    def property_within_limits(h: Group) -> Expression:
        return h.assets_within_limit & h.vehicles_within_limit & h.dwellings_within_limit

    @book.group("符合低保条件", cite="社会救助暂行办法第九条")
    def is_eligible(h: Group) -> Expression:
        return h.may_apply & h.income_below_standard & h.property_within_limits

    # Amounts

    @book.group("差额补助", cite="最低生活保障审核确认办法第二十三条")
    def topup(h: Group) -> Expression:
        gap = (h.standard - h.per_capita) * h.size
        return when(h.is_eligible, round_up(gap), 0)

    @book.group("分类施保", cite="最低生活保障审核确认办法第二十七条")
    def category(h: Group) -> Expression:
        return when(h.is_eligible, round_up(h.standard * total(h.members.category_share)), 0)

    # Gradual exit

    @book.group("低保渐退", cite="最低生活保障审核确认办法第三十三条")
    def gradual_exit(h: Group) -> Expression:
        was_paid = h.may_apply & (h.last_amount > 0)
        has_risen = h.income_within_exit_range & h.rise_is_from_work & h.within_exit_period
        return was_paid & has_risen & h.property_within_limits

    @book.group("渐退期应发", cite="最低生活保障审核确认办法第三十三条")
    def exit_amount(h: Group) -> Expression:
        return round_half_up(h.exit_share * h.amount_before_exit, TO_FEN)

    @book.group("渐退发放方式", cite="最低生活保障审核确认办法第三十三条")
    def exit_payment(h: Group) -> Expression:
        return when(h.exit_share < 1, "按进入渐退时金额的一部分发给", "按进入渐退时的金额续发")

    declare_refusals(book, "社会救助暂行办法第四十五条；最低生活保障审核确认办法第三十四条")

    # Decision

    @book.group("结论", cite="社会救助暂行办法第九条、第十一条")
    def conclusion(h: Group) -> Expression:
        return when(h.is_eligible, "符合", when(h.gradual_exit, "渐退", "不符合"))

    @book.group("本月应发", cite="最低生活保障审核确认办法第二十三条、第二十七条、第三十三条")
    def amount(h: Group) -> Expression:
        return when(h.is_eligible, h.amount_of_eligible, when(h.gradual_exit, h.exit_amount, 0))
