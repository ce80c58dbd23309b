"""A handful of areas, for tests that need no more: loading all 1,814 takes a third of a second."""

from jimin.kernel.areas import rules
from jimin.kernel.areas.models import Area

TOWNSHIP = "220202001000"
HERE, ALSO_HERE = "220202001001", "220202001002"  # two communities of that township
THERE = "220203001001"  # a community of another county
NAMED = "某地"


def few_areas() -> None:
    """Two counties of one city, each with a township and its communities."""
    codes = [each for code in (HERE, ALSO_HERE, THERE) for each in rules.ancestors(code)]
    Area.objects.bulk_create(
        (
            Area(
                code=each,
                name=f"{NAMED}{each}",
                level=rules.level_of(each),
                kind="village",
                parent_id=next(reversed(rules.ancestors(each)[:-1]), None),
                initials="md",
            )
            for each in dict.fromkeys(codes)
        ),
        ignore_conflicts=True,
    )
