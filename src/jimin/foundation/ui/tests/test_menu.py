"""Which entry of the menu a page belongs to."""

import pytest

from jimin.foundation.ui.menu import _current

ADDRESSES = ["/", "/plan/", "/plan/indicators/", "/records/roll/"]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/"),
        ("/plan/", "/plan/"),
        ("/plan/indicators/", "/plan/indicators/"),
        ("/plan/indicators/3/", "/plan/indicators/"),
        ("/plan/3/", "/plan/"),
        ("/records/roll/3/", "/records/roll/"),
        ("/my/password/", ""),
    ],
)
def test_only_the_nearest_entry_is_current(path: str, address: str) -> None:
    assert _current(path, ADDRESSES) == address
