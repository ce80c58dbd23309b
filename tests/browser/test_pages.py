"""Every main page for every kind of staff: accessible, quiet, and no wider than a telephone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Office, Seat

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
WIDE, NARROW = 1280, 390
# Long documents, the same for whoever may read them: looked at once.
SAME_FOR_ALL = ("/policies/", "/codes/")
seen: set[str] = set()
STAFF = ["officer", "admin", "changyi.officer", "changyi.pay", "xinghua.clerk"]


def accessibility(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    # Into the page's world from outside: the Content-Security-Policy lets no page do this itself.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options = json.dumps({"runOnly": {"type": "tag", "values": tags}})
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run(document, {options}).then(result => result.violations)"
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"][:3]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def main_pages(seat: Seat) -> Iterator[str]:
    """The start page and all the menu offers, each with the first thing listed on it.

    Each page is open, and wide, when its path comes.
    """
    seat.open("/")
    menu = seat.page.locator("#menu a.nav-link").all()
    offered = dict.fromkeys(["/", *(link.get_attribute("href") or "/" for link in menu)])
    for path in offered:
        if not open_wide(seat, path):
            continue
        listed = "main table tbody tr a[href^='/'], main a.list-group-item[href^='/']"
        first = seat.page.locator(listed).first
        linked = first.get_attribute("href") if first.count() else None
        yield path
        if linked and linked not in offered and open_wide(seat, linked):
            yield linked


def open_wide(seat: Seat, path: str) -> bool:
    """Whether the page was opened; one that is the same for all is opened once."""
    if path.startswith(SAME_FOR_ALL):
        if path in seen:
            return False
        seen.add(path)
    seat.page.set_viewport_size({"width": WIDE, "height": 900})
    seat.open(path)
    return True


def test_the_sign_in_page(office: Office) -> None:
    for width in (WIDE, NARROW):
        seat = office.seat(width=width)
        seat.open("/sign-in/")
        assert accessibility(seat.page) == []
        assert overflow(seat.page) <= 0


@pytest.mark.parametrize("username", STAFF)
def test_main_pages_are_accessible_and_fit(office: Office, username: str) -> None:
    seat = office.seat(username, WIDE)
    wrong, looked_at = [], 0
    for path in main_pages(seat):
        looked_at += 1
        wrong += [f"{path}: {found}" for found in accessibility(seat.page)]
        seat.page.set_viewport_size({"width": NARROW, "height": 900})
        if (wider := overflow(seat.page)) > 0:
            wrong.append(f"{path}: {wider} px wider than a screen of {NARROW}")
    assert looked_at > 2
    assert not wrong, "\n".join(wrong)


def test_the_older_people_s_view_is_large_and_stays(office: Office) -> None:
    seat = office.seat("xinghua.clerk")
    seat.page.locator("#elder").click()
    seat.page.reload()
    size = seat.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 24  # 18 pt
    assert overflow(seat.page) <= 0


def test_the_skip_link_and_the_keyboard_reach_the_form(office: Office) -> None:
    seat = office.seat()
    seat.open("/sign-in/")
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    seat.page.get_by_label("登录名").focus()
    seat.page.keyboard.type("xinghua.clerk")
    seat.page.keyboard.press("Tab")
    seat.page.keyboard.type("wrong")
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("main")).to_contain_text("登录名或密码不对")
