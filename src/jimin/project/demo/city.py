"""A made-up population: the same seed and number of households always give the same city.

Calibrated to the published figures in `data/counties.csv` (2020 census): households by county,
urban share, persons living alone, generations under one roof, mean size, ages. Incomes, savings,
cars, illness and disability are invented, so that about one person in fourteen falls under the
example dibao standards (the province's share at the end of 2015 was about one in seventeen).
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

from .identity import Numbers
from .names import given_name, surname

COUNTIES = Path(__file__).parent / "data/counties.csv"
TODAY = date(2015, 12, 10)  # ages are those of this day, before the first month assessed

HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD, PARENT = "0", "1", "2", "3", "4", "5"
MALE, FEMALE = "1", "2"
OLDEST = 100


@dataclass(slots=True)
class Resident:
    """A person with the facts the dibao rules ask for; None is a fact nobody has stated."""

    name: str
    citizen_id: str
    sex: str
    birth: date
    relation: str
    disability_grade: int
    is_student: bool
    is_seriously_ill: bool | None
    is_single_parent: bool
    wage: Decimal | None
    business: Decimal
    property: Decimal
    transfer: Decimal


@dataclass(slots=True)
class Home:
    """A household and what it owns. `level` is how well off it is, one of `CLASSES`."""

    number: str
    area: str
    is_urban: bool
    level: str
    address: str
    financial_assets: Decimal | None
    vehicles: int
    dwellings: int
    residents: list[Resident]


@dataclass(frozen=True)
class Place:
    """A community or village."""

    code: str
    is_urban: bool


@dataclass(frozen=True)
class County:
    """What the census says of a county."""

    code: str
    households: int
    urban_share: float
    mean_size: float
    living_alone: float
    one_generation: float
    two_generations: float
    three_generations: float
    ages: Mapping[int, float] = field(repr=False)  # share of persons by first year of the band

    @cached_property
    def by_age(self) -> list[float]:
        """The share of each single year of age."""
        firsts = [*sorted(self.ages), OLDEST + 1]
        shares = [0.0] * (OLDEST + 1)
        for first, after in pairwise(firsts):
            # Within the last band the old thin out; within the others every year is alike.
            weights = [0.86 ** (age - first) if first >= 85 else 1.0 for age in range(first, after)]
            for age, weight in zip(range(first, after), weights, strict=True):
                shares[age] = self.ages[first] * weight / sum(weights)
        return shares

    def age_between(self, random: Random, low: int, high: int) -> int:
        """An age drawn from the census within bounds."""
        low, high = max(0, low), min(OLDEST, high)
        ages = range(low, max(low, high) + 1)
        return random.choices(ages, self.by_age[ages.start : ages.stop])[0]


def read_counties(path: Path = COUNTIES) -> list[County]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            County(
                code=row["code"],
                households=int(row["households"]),
                urban_share=float(row["urban_share"]),
                mean_size=float(row["mean_size"]),
                living_alone=float(row["living_alone"]),
                one_generation=float(row["one_generation"]),
                two_generations=float(row["two_generations"]),
                three_generations=float(row["three_generations"]),
                ages={
                    int(name.removeprefix("age_")): float(value)
                    for name, value in row.items()
                    if name.startswith("age_")
                },
            )
            for row in csv.DictReader(file)
        ]


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Whole parts of `total` in proportion to the weights (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def make_city(
    places: Sequence[Place], households: int, seed: int = 2016, counties: Sequence[County] = ()
) -> Iterator[Home]:
    """Every household of the city, county by county; only one is in memory at a time."""
    counties = counties or read_counties()
    numbers = shared_out(households, [county.households for county in counties])
    for index, (county, number) in enumerate(zip(counties, numbers, strict=True)):
        random = Random(f"{seed}/{county.code}")  # noqa: S311 — a reproducible city, no secret
        issued = Numbers(index)
        inside = [place for place in places if place.code[:6] == county.code]
        for place, here in _households_by_place(county, inside, number, random):
            for position in range(1, here + 1):
                yield Maker(random, county, place, issued).home(position)


def _households_by_place(
    county: County, places: Sequence[Place], number: int, random: Random
) -> Iterator[tuple[Place, int]]:
    urban = [place for place in places if place.is_urban]
    rural = [place for place in places if not place.is_urban]
    share = county.urban_share if urban and rural else float(bool(urban))
    for group, part in zip((urban, rural), shared_out(number, [share, 1 - share]), strict=True):
        weights = [random.lognormvariate(0, 0.45) for _ in group]
        yield from zip(group, shared_out(part, weights) if group else [], strict=True)


# How well off a household is. Shares by class, urban and rural.
CLASSES = ("destitute", "poor", "modest", "ordinary", "well_off")
CLASS_SHARES = {
    True: list(accumulate((0.027, 0.046, 0.132, 0.625, 0.170))),
    False: list(accumulate((0.030, 0.060, 0.165, 0.645, 0.100))),
}
# Yuan a month for one who works, urban and rural: median and spread (of the logarithm).
EARNINGS = {
    True: {
        "destitute": (330, 0.4),
        "poor": (620, 0.35),
        "modest": (1300, 0.3),
        "ordinary": (2600, 0.4),
        "well_off": (6200, 0.5),
    },
    False: {
        "destitute": (210, 0.4),
        "poor": (430, 0.35),
        "modest": (850, 0.3),
        "ordinary": (1700, 0.4),
        "well_off": (4200, 0.5),
    },
}
AT_WORK = {"destitute": 0.25, "poor": 0.6, "modest": 0.75, "ordinary": 0.85, "well_off": 0.9}
ILL = {"destitute": 0.12, "poor": 0.06, "modest": 0.025, "ordinary": 0.012, "well_off": 0.008}
DISABLED = {"destitute": 0.2, "poor": 0.12, "modest": 0.07, "ordinary": 0.04, "well_off": 0.02}
SAVINGS = {  # median yuan for each person
    "destitute": 600,
    "poor": 2500,
    "modest": 9000,
    "ordinary": 32000,
    "well_off": 160000,
}
CAR = {"destitute": 0.0, "poor": 0.015, "modest": 0.06, "ordinary": 0.3, "well_off": 0.8}
SECOND_DWELLING = {
    "destitute": 0.005,
    "poor": 0.01,
    "modest": 0.03,
    "ordinary": 0.1,
    "well_off": 0.4,
}
NOTHING = Decimal(0)


class Maker:
    """Makes one household after another in a place."""

    def __init__(self, random: Random, county: County, place: Place, numbers: Numbers) -> None:
        self.random, self.county, self.place, self.numbers = random, county, place, numbers

    def home(self, position: int) -> Home:
        means = self.random.random()
        shares = CLASS_SHARES[self.place.is_urban]
        level = next(name for name, top in zip(CLASSES, shares, strict=True) if means <= top)
        residents = self.family(level)
        random = self.random
        savings = Decimal(
            round(random.lognormvariate(0, 0.9) * SAVINGS[level] * len(residents), -2)
        )
        return Home(
            number=f"{self.place.code}{position:05d}",
            area=self.place.code,
            is_urban=self.place.is_urban,
            level=level,
            address=self.address(),
            financial_assets=None if random.random() < 0.004 else savings,
            vehicles=(random.random() < CAR[level]) + (random.random() < CAR[level] / 20),
            dwellings=0
            if random.random() < 0.07
            else 1 + (random.random() < SECOND_DWELLING[level]),
            residents=residents,
        )

    def address(self) -> str:
        r = self.random.randint
        if self.place.is_urban:
            return f"{r(1, 40)}号楼{r(1, 6)}单元{r(1, 7)}0{r(1, 3)}室"
        return f"{r(1, 9)}组{r(1, 90)}号"

    # Who lives together

    def family(self, level: str) -> list[Resident]:
        """Ages, sexes and relations by the kind of household, the head first."""
        county, random = self.county, self.random
        kind = random.random() * (
            county.one_generation + county.two_generations + county.three_generations
        )
        if kind < county.living_alone:
            age = self.age_of_one(old=0.27, middle=0.3)
            people = [(HEAD, random.choice((MALE, FEMALE)), age)]
            return self.residents(level, people, is_single=False)
        if kind < county.one_generation:
            age = self.age_of_one(old=0.12, middle=0.5)
            return self.residents(level, self.couple(age), is_single=False)
        if kind < county.one_generation + county.two_generations:
            return self.with_children(level)
        return self.three_generations(level)

    def with_children(self, level: str) -> list[Resident]:
        random = self.random
        four = 0.08
        two = max(0.05, 3 + four - self._mean_size_of_two_generations())
        draw = random.random()
        child = self.age(0, 19) if random.random() < 0.55 else self.age(0, 45)
        older = max(20, child + random.randint(22, 34))
        if draw < two:
            sex = FEMALE if random.random() < 0.7 else MALE
            people = [(HEAD, sex, older), self.child(child)]
            return self.residents(level, people, is_single=child < 18)
        people = [*self.couple(older), self.child(child)]
        if draw > 1 - four:
            people.append(self.child(max(0, child - random.randint(1, 8))))
        return self.residents(level, people, is_single=False)

    def _mean_size_of_two_generations(self) -> float:
        c = self.county
        pairs = c.one_generation - c.living_alone
        rest = c.mean_size - c.living_alone - 2 * pairs - 4.4 * c.three_generations
        return rest / c.two_generations

    def three_generations(self, level: str) -> list[Resident]:
        random = self.random
        child = self.age(0, 14) if random.random() < 0.6 else self.age(0, 28)
        older = max(21, child + random.randint(22, 32))
        people = [*self.couple(older), self.child(child)]
        grandparent = min(95, older + random.randint(21, 31))
        people.append((PARENT, FEMALE, grandparent))
        if random.random() < 0.4:
            people.append((PARENT, MALE, min(95, grandparent + random.randint(-1, 5))))
        return self.residents(level, people, is_single=False)

    def couple(self, age: int) -> list[tuple[str, str, int]]:
        sex = MALE if self.random.random() < 0.75 else FEMALE
        other = FEMALE if sex == MALE else MALE
        return [(HEAD, sex, age), (SPOUSE, other, max(20, age + self.random.randint(-4, 2)))]

    def child(self, age: int) -> tuple[str, str, int]:
        is_son = self.random.random() < 0.515
        return (SON, MALE, age) if is_son else (DAUGHTER, FEMALE, age)

    def age_of_one(self, *, old: float, middle: float) -> int:
        """An adult without children at home: more often past fifty than the census at large."""
        draw = self.random.random()
        if draw < old:
            return self.age(70, 96)
        return self.age(50, 65) if draw < old + middle else self.age(22, 88)

    def age(self, low: int, high: int) -> int:
        return self.county.age_between(self.random, low, high)

    # What they earn

    def residents(
        self, level: str, people: list[tuple[str, str, int]], *, is_single: bool
    ) -> list[Resident]:
        family = surname(self.random)
        return [
            self.resident(level, family, *person, is_single=is_single and person[0] == HEAD)
            for person in people
        ]

    def resident(
        self, level: str, family: str, relation: str, sex: str, age: int, *, is_single: bool
    ) -> Resident:
        random = self.random
        birth = TODAY - timedelta(days=int(age * 365.2425) + random.randint(0, 364))
        number, birth = self.numbers.next(birth, sex)
        keeps_name = relation in (HEAD, SON, DAUGHTER) or (relation == PARENT and sex == MALE)
        is_student = age in range(6, 18) or (age in range(18, 23) and random.random() < 0.5)
        grade = 0
        if random.random() < DISABLED[level]:
            grade = random.choices((1, 2, 3, 4), (13, 19, 26, 42))[0]
        wage, business, transfer = self.income(level, age, is_student=is_student, grade=grade)
        rent = NOTHING
        if level in ("ordinary", "well_off") and relation == HEAD and random.random() < 0.12:
            rent = yuan(random.lognormvariate(0, 0.5) * 400)
        return Resident(
            name=(family if keeps_name else surname(random)) + given_name(random, sex, birth.year),
            citizen_id=number,
            sex=sex,
            birth=birth,
            relation=relation,
            disability_grade=grade,
            is_student=is_student,
            is_seriously_ill=None if random.random() < 0.001 else random.random() < ILL[level],
            is_single_parent=is_single,
            wage=None if wage and random.random() < 0.002 else wage,
            business=business,
            property=rent,
            transfer=transfer,
        )

    def income(
        self, level: str, age: int, *, is_student: bool, grade: int
    ) -> tuple[Decimal, Decimal, Decimal]:
        """Wage, net business income and transfers of a month."""
        random, urban = self.random, self.place.is_urban
        median, spread = EARNINGS[urban][level]
        retired = 55 if urban else 60
        if age >= retired:
            if urban and level not in ("destitute",) and random.random() < 0.85:
                pension = {"poor": 500, "modest": 1150, "ordinary": 1950, "well_off": 3600}[level]
                return NOTHING, NOTHING, yuan(pension * random.lognormvariate(0, 0.25))
            fields = NOTHING
            if not urban and age < 75 and random.random() < AT_WORK[level]:
                fields = yuan(median * 0.5 * random.lognormvariate(0, spread))
            return NOTHING, fields, Decimal(random.choice((70, 80, 85, 90)))
        if age < 18 or is_student or grade in (1, 2) or random.random() > AT_WORK[level]:
            return NOTHING, NOTHING, NOTHING
        earned = median * random.lognormvariate(0, spread)
        if random.random() < (0.12 if urban else 0.6):
            loss = random.random() < 0.01
            return NOTHING, yuan(-earned / 4 if loss else earned), NOTHING
        return yuan(earned), NOTHING, NOTHING


def yuan(amount: float) -> Decimal:
    """Whole tens of yuan, as people state their income."""
    return Decimal(round(amount / 10) * 10)
