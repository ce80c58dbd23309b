"""The monthly dibao standard of the place, which several benefits are measured by."""

from jimin.engine.rules import Choice, Expression, Group, RuleBook, monthly, when
from jimin.policies.jilin import COUNTIES


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.group_facts(
        county=Choice(label="县（市、区）", choices=COUNTIES),
        residence=Choice(label="城乡类别", choices={"urban": "城市", "rural": "农村"}),
    )

    @book.group("月保障标准", cite="社会救助暂行办法第十条")
    def standard(h: Group) -> Expression:
        return when(
            h.residence == "urban",
            figures.urban_standard[h.county],
            monthly(figures.rural_standard[h.county]),
        )
