"""One unsaved example of every register, for the tests that walk over all of them.

A factory gets the code of a community and a running number, and gives a record that is valid,
lies in that community and differs from every other. What it links to it stores itself. Whoever
declares a register adds its factory here, or writes in `EXEMPT` why it cannot be walked.
"""

from collections.abc import Callable
from typing import Any

from jimin.engine.matching.identity import check_character
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household, Person

Factory = Callable[[str, int], Any]

SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "一二三四五六七八九十"


def identity_number(number: int) -> str:
    """Valid in form, of a sequence range kept for examples."""
    birth = f"{1950 + number // 300:04d}{1 + number % 12:02d}{1 + number % 28:02d}"
    body = f"220202{birth}{number % 1000:03d}"
    return body + check_character(body)


def area(community: str, number: int) -> Area:
    code = f"{community[:9]}{900 + number}"
    return Area(code=code, name=f"{GIVEN[number % 10]}道沟村", kind="village")


def person(community: str, number: int) -> Person:
    return Person(
        name=f"{SURNAMES[number % 10]}{GIVEN[number // 10 % 10]}",
        citizen_id=identity_number(number),
        phone=f"1380000{number:04d}",
        area_id=community,
        address=f"{number} 号",
    )


def household(community: str, number: int) -> Household:
    return Household(
        number=f"T{number:06d}", area_id=community, residence="rural", address=f"{number} 号"
    )


FACTORIES: dict[str, Factory] = {
    "areas.area": area,
    "people.household": household,
    "people.person": person,
}
# Label of a register and the reason why it is not walked.
EXEMPT: dict[str, str] = {}
