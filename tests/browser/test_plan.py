"""A leader goes from a red light to the records behind it; a planner binds a target."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from .conftest import Office
from .test_pages import NARROW, WIDE, overflow

PAID, AMOUNT = "在保家庭当月发放率", "低保金足额发放率"


def test_from_red_to_the_reason_the_records_and_the_sentence(office: Office) -> None:
    seat = office.seat("leader")
    page = seat.page
    seat.open("/plan/")
    red = page.locator(".plan-row", has=page.locator("summary .light-red")).first
    reason = red.locator(".plan-why")
    expect(reason).to_be_hidden()
    red.locator("summary").click()  # one click from red to the reason
    expect(reason).to_contain_text(re.compile(r" → 红"))

    row = page.locator(".plan-row", has_text=PAID).first
    number = row.locator(".plan-actual").inner_text()
    row.get_by_role("link", name="原句").click()  # one from the target to its sentence
    sentence = page.locator(".plan-anchor:target + mark")
    expect(sentence).to_have_text("名册上的家庭当月都要拿到钱")
    expect(sentence).to_be_in_viewport()
    page.go_back()

    row.get_by_role("link", name="数和记录").click()  # two from the number to its records
    expect(page.locator(".plan-sentence")).to_contain_text(number)
    place = page.locator("section", has=page.get_by_role("heading", name="分县（市、区）"))
    place.get_by_role("link", name="昌邑区的记录").click()
    assert page.locator("table tbody tr").count() > 0
    expect(page.locator("main")).to_contain_text("昌邑区")


def test_the_text_flows_around_what_is_marked(office: Office) -> None:
    seat = office.seat("leader", NARROW)
    seat.open("/plan/")
    assert overflow(seat.page) <= 0
    seat.page.get_by_role("link", name="看原文").click()
    assert overflow(seat.page) <= 0
    displays = seat.page.eval_on_selector_all(
        ".plan-text mark", "marks => marks.map(each => getComputedStyle(each).display)"
    )
    assert set(displays) == {"inline"}


def test_a_binding_is_suggested_tried_and_decided(office: Office) -> None:
    seat = office.seat("planner", WIDE)
    page = seat.page
    seat.open("/plan/indicators/")
    page.get_by_role("link", name=re.compile(f"^B02 {AMOUNT}")).click()
    page.get_by_role("link", name="绑定计算指标").click()
    suggested = page.locator(".plan-suggested")
    expect(suggested).to_contain_text(re.compile(r"相近 \d"))
    suggested.get_by_role("link", name=f"试算“{PAID}”").click()
    trying = urlsplit(page.url)
    trial = page.locator("section", has=page.get_by_role("heading", name=re.compile("^试算：")))
    expect(trial.locator(".plan-sentence .light")).to_be_visible()
    expect(trial.locator("tbody tr")).to_have_count(9)

    bind = page.get_by_role("button", name=f"绑定“{PAID}”")
    bind.click()  # without a reason
    expect(page.locator("main")).to_contain_text("请写明理由")
    page.get_by_label("理由").fill("试验：核对口径")
    bind.click()
    expect(page.get_by_role("status")).to_contain_text("绑定已保存。")
    expect(page.locator("main")).to_contain_text(f"计算指标：{PAID}")

    seat.open(f"{trying.path}?try=dibao_amount_paid")  # as it was, for the other tests
    page.get_by_label("理由").fill("试验：改回")
    page.get_by_role("button", name=f"绑定“{AMOUNT}”").click()
    expect(page.locator("main")).to_contain_text(f"计算指标：{AMOUNT}")
