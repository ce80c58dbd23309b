"""军人死亡抚恤 in 吉林市: all national; what the city adds to it (article 18) is not known."""

from jimin.engine.rules import Entities, RuleBook
from jimin.policies.figures import figures_of
from jimin.policies.national import survivors

book = RuleBook(
    "survivors",
    parameters=figures_of("national/survivors"),
    entities=Entities(group_label="军人", member_label="遗属"),
)
survivors.declare(book)
