"""Three refusals of suitable work: the person's own part of dibao is reduced or stopped.

Read beside article 45 of the 2014 Interim Measures for Social Assistance. The family stays in
dibao; only the part of who refused is paid less. Each city says how much less (`refuser_cut`).
"""

from jimin.engine.rules import (
    Expression,
    Group,
    Member,
    RuleBook,
    Whole,
    any_member,
    round_up,
    total,
    when,
)


def declare_refusals(book: RuleBook, article: str) -> None:
    figures = book.figures
    book.member_facts(
        refused_jobs=Whole(
            label="有劳动能力未就业，无正当理由连续拒绝适当工作的次数",
            highest=100,
            default=0,
            rare=True,
        )
    )

    @book.member("连续三次拒绝工作", cite=article)
    def has_refused_work(p: Member) -> Expression:
        return p.refused_jobs >= figures.refusals_in_a_row

    @book.group("有成员连续三次拒绝工作", cite=article)
    def somebody_refused_work(h: Group) -> Expression:
        return any_member(h.members.has_refused_work)

    @book.member("本人低保金发给的比例", cite=article)
    def own_part_paid(p: Member) -> Expression:
        return when(p.has_refused_work, 1 - p.refuser_cut, 1)

    @book.member("本人分类施保发给的比例", cite=article)
    def own_category_paid(p: Member) -> Expression:
        return p.own_part_paid * p.category_share

    @book.group("减发、停发后的应发", cite=article)
    def amount_after_refusals(h: Group) -> Expression:
        gap_of_each = h.standard - h.per_capita
        gap_paid = round_up(gap_of_each * total(h.members.own_part_paid))
        category_paid = round_up(h.standard * total(h.members.own_category_paid))
        return gap_paid + category_paid

    @book.group("符合条件的应发", cite=article)
    def amount_of_eligible(h: Group) -> Expression:
        return when(h.somebody_refused_work, h.amount_after_refusals, h.topup + h.category)
