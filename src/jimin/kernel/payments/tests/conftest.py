"""Areas, staff and households as the tests of awards have them."""

from jimin.kernel.awards.tests.conftest import (
    COUNTY,
    HERE,
    THERE,
    areas,
    household,
    make_areas,
    make_household,
    staff,
)

__all__ = [
    "COUNTY",
    "HERE",
    "THERE",
    "areas",
    "household",
    "make_areas",
    "make_household",
    "staff",
]
