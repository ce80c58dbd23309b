"""临时救助 (temporary assistance): one family or person in sudden hardship, one event.

Read beside articles 47 to 51 of the 2014 Interim Measures for Social Assistance and 国发〔2014〕
47 号. The members of a case are the people of the family. Each city says how much may be given
(`ceiling`), what a township may decide itself (`small_sum_limit`) and how often one cause counts
(`most_aids_for_a_cause`).
"""

from jimin.engine.rules import (
    Choice,
    Decision,
    Expression,
    Flag,
    Group,
    Money,
    RuleBook,
    Whole,
    count,
    highest,
    lowest,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

REFERRAL = "转介"
CAUSES = {
    "fire": "火灾",
    "traffic": "交通事故",
    "accident": "其他意外事件",
    "illness": "家庭成员突发重大疾病",
    "spending": "生活必需支出突然增加",
    "other": "其他特殊困难",
}

BENEFIT = Benefit(
    label="临时救助",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=("uncovered", "ceiling"),
        amounts=("amount",),
    ),
    conditions=("is_in_hardship", "cause_is_covered", "cause_is_new", "need_is_uncovered"),
    reasons={
        ELIGIBLE: (
            "未解决的困难 {uncovered} 元，救助上限 {ceiling} 元，"
            "拟救助 {amount} 元，由{approver}审批"
        ),
        REFERRAL: "不是本地户籍，也没有当地居住证：协助向县级救助管理机构申请救助",
    },
)


def declare(book: RuleBook) -> None:
    book.group_facts(
        is_local=Flag(label="本地户籍或持有居住证"),
        in_hardship=Flag(label="基本生活暂时出现严重困难"),
        in_dibao=Flag(label="最低生活保障家庭"),
        cause=Choice(label="困难原因", choices=CAUSES),
        same_cause_aids=Whole(label="本年度同一事由已救助次数", highest=100),
        need=Money(label="核定的困难费用", unit=YUAN, highest=100_000_000),
        other_help=Money(label="保险赔付和其他救助帮扶", unit=YUAN, highest=100_000_000),
    )

    @book.group("家庭人数", cite="社会救助暂行办法第四十七条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group("救助类型", cite="国发〔2014〕47 号：对象范围")
    def kind(h: Group) -> Expression:
        return when(h.cause == "spending", "支出型", "急难型")

    @book.group(
        "处于严重困难",
        cite="社会救助暂行办法第四十七条",
        unmet="经核查，基本生活没有暂时出现严重困难",
    )
    def is_in_hardship(h: Group) -> Expression:
        return h.in_hardship

    @book.group(
        "困难原因在救助范围内",
        cite="社会救助暂行办法第四十七条",
        unmet="因生活必需支出突然增加申请的，应当是最低生活保障家庭",
    )
    def cause_is_covered(h: Group) -> Expression:
        return (h.cause != "spending") | h.in_dibao

    @book.group(
        "同一事由没有超过次数",
        cite="国发〔2014〕47 号：由地方制定具体政策",
        unmet="同一事由本年度已救助 {same_cause_aids} 次，最多 {most_aids_for_a_cause} 次",
    )
    def cause_is_new(h: Group) -> Expression:
        return h.same_cause_aids < h.most_aids_for_a_cause

    @book.group("未解决的困难费用", cite="国发〔2014〕47 号：救助方式")
    def uncovered(h: Group) -> Expression:
        return highest(0, h.need - h.other_help)

    @book.group(
        "还有未解决的困难",
        cite="社会救助暂行办法第四十七条",
        unmet="困难费用 {need} 元，保险赔付和其他救助已解决 {other_help} 元",
    )
    def need_is_uncovered(h: Group) -> Expression:
        return h.uncovered > 0

    @book.group("符合临时救助条件", cite="社会救助暂行办法第四十七条")
    def is_eligible(h: Group) -> Expression:
        is_within_scope = h.is_local & h.is_in_hardship & h.cause_is_covered
        return is_within_scope & h.cause_is_new & h.need_is_uncovered

    @book.group("结论", cite="社会救助暂行办法第四十七条；国发〔2014〕47 号：受理和转介")
    def conclusion(h: Group) -> Expression:
        return when(h.is_local, when(h.is_eligible, ELIGIBLE, NOT_ELIGIBLE), REFERRAL)

    @book.group("拟救助金额", cite="社会救助暂行办法第四十九条")
    def amount(h: Group) -> Expression:
        return when(h.is_eligible, lowest(h.uncovered, h.ceiling), 0)

    @book.group("审批机关", cite="社会救助暂行办法第四十八条")
    def approver(h: Group) -> Expression:
        within_small_sum = h.amount <= h.small_sum_limit
        return when(within_small_sum, "乡镇人民政府（街道办事处）", "县级人民政府民政部门")
