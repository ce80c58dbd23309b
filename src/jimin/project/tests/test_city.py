"""The made-up city is the published one in its outlines, and nobody real is in it."""

from collections import Counter
from itertools import islice

import pytest

from jimin.engine.matching.identity import parse_identity_number
from jimin.project.demo.city import TODAY, Home, Place, make_city, read_counties, shared_out
from jimin.project.demo.identity import Numbers, is_made_up

COUNTIES = read_counties()
HOUSEHOLDS = 9000


def made(households: int = HOUSEHOLDS, seed: int = 2016) -> list[Home]:
    places = [
        Place(f"{county.code}{kind}{n:05d}", kind == "1")
        for county in COUNTIES
        for kind in "13"
        for n in range(1, 6)
    ]
    return list(make_city(places, households, seed))


@pytest.fixture(scope="module")
def homes() -> list[Home]:
    return made()


def test_the_same_seed_gives_the_same_city(homes: list[Home]) -> None:
    assert made() == homes
    assert made(seed=2017) != homes


def test_households_are_spread_as_the_census_counted_them(homes: list[Home]) -> None:
    by_county = Counter(home.area[:6] for home in homes)
    whole = sum(county.households for county in COUNTIES)
    assert len(homes) == HOUSEHOLDS
    for county in COUNTIES:
        assert abs(by_county[county.code] - HOUSEHOLDS * county.households / whole) <= 1


def test_towns_sizes_and_ages_are_near_the_census() -> None:
    homes = made(30_000)  # so many that chance moves a county's mean size by some hundredths only
    for county in COUNTIES:
        here = [home for home in homes if home.area[:6] == county.code]
        ages = [(TODAY - r.birth).days / 365.2425 for home in here for r in home.residents]
        urban = sum(home.is_urban for home in here) / len(here)
        assert urban == pytest.approx(county.urban_share, abs=0.01)
        assert len(ages) / len(here) == pytest.approx(county.mean_size, abs=0.06)
        for low, high in ((0, 15), (15, 65), (65, 101)):
            share = sum(low <= age < high for age in ages) / len(ages)
            assert share == pytest.approx(sum(county.by_age[low:high]), abs=0.045)


def test_identity_numbers_are_right_unique_and_of_nobody(homes: list[Home]) -> None:
    residents = [resident for home in homes for resident in home.residents]
    numbers = {resident.citizen_id for resident in residents}
    assert len(numbers) == len(residents)
    assert all(map(is_made_up, numbers))
    for resident in residents:
        found = parse_identity_number(resident.citizen_id)
        assert found.birth == resident.birth
        assert found.sex == ("male" if resident.sex == "1" else "female")


def test_a_real_looking_number_is_not_taken_for_made_up() -> None:
    assert not is_made_up("220202199001019018")  # a county that exists
    assert not is_made_up("220290199001011231")  # an ordinary sequence


def test_a_full_day_moves_the_birth_to_the_day_before() -> None:
    numbers = Numbers(0)
    given = [numbers.next(TODAY, "1") for _ in range(51)]
    assert {birth for _, birth in given[:50]} == {TODAY}
    assert (TODAY - given[50][1]).days == 1
    assert len({number for number, _ in given}) == 51


def test_some_facts_are_unknown_and_some_families_poor(homes: list[Home]) -> None:
    assert any(home.financial_assets is None for home in homes)
    assert any(r.is_seriously_ill is None for home in homes for r in home.residents)
    assert any(r.wage is None for home in homes for r in home.residents)
    assert any(r.business < 0 for home in homes for r in home.residents)


def test_every_household_has_one_head_who_comes_first(homes: list[Home]) -> None:
    for home in homes:
        assert [r.relation for r in home.residents].count("0") == 1
        assert home.residents[0].relation == "0"
        assert (TODAY - home.residents[0].birth).days > 18 * 365


def test_a_city_is_made_one_household_at_a_time() -> None:
    places = [Place(f"{county.code}100001", is_urban=True) for county in COUNTIES]
    assert len(list(islice(make_city(places, 1_500_000), 50))) == 50


def test_shares_add_up() -> None:
    assert shared_out(10, [1, 1, 1]) == [4, 3, 3]
    assert shared_out(7, [0.2, 0.8]) == [1, 6]
