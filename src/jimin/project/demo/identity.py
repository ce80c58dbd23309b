"""Identity numbers that nobody has.

They pass every check of form, and belong to no one for two reasons at once: the area part is one
of 220290 to 220298, codes that were never given to any county of Jilin City (GB/T 2260 and its
older editions), and the sequence part lies in 900 to 999. Each county of the demo has its own
area part, so a number also tells where it was made.
"""

from collections import defaultdict
from datetime import date, timedelta

from jimin.engine.matching.identity import check_character

FIRST_SEQUENCE, LAST_SEQUENCE = 900, 999


def is_made_up(number: str) -> bool:
    """Whether this is a number of the demo city."""
    return (
        number[:5] == "22029"
        and number[5] != "9"
        and FIRST_SEQUENCE <= int(number[14:17]) <= LAST_SEQUENCE
    )


class Numbers:
    """Gives out the numbers of one county, each once; fifty for each day of birth and sex."""

    def __init__(self, county: int) -> None:
        self.area = f"22029{county}"
        self.given: dict[tuple[date, str], int] = defaultdict(int)

    def next(self, birth: date, sex: str) -> tuple[str, date]:
        """The next free number; when a day is used up, the person is born the day before."""
        while self.given[birth, sex] >= (LAST_SEQUENCE - FIRST_SEQUENCE + 1) // 2:
            birth -= timedelta(days=1)
        sequence = FIRST_SEQUENCE + 2 * self.given[birth, sex] + (1 if sex == "1" else 0)
        self.given[birth, sex] += 1
        body = f"{self.area}{birth:%Y%m%d}{sequence}"
        return body + check_character(body), birth
