"""Registers as a clerk uses them: filters without reload, areas step by step, two at one record."""

import re

from playwright.sync_api import expect

from .conftest import Office

COUNT = ".record-count [role=status]"


def test_a_list_narrows_while_the_clerk_types(office: Office) -> None:
    page = office.seat("xinghua.clerk").open("/records/person/").page
    before = page.locator(COUNT).inner_text()
    page.locator("#q").press_sequentially("zh")
    expect(page.locator(COUNT)).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"[?&]q=zh\b"))
    expect(page.locator("#q")).to_be_focused()
    narrowed = page.locator(COUNT).inner_text()
    page.reload()
    expect(page.locator(COUNT)).to_have_text(narrowed)
    page.get_by_role("link", name="清除条件").first.click()
    expect(page.locator(COUNT)).to_have_text(before)


def test_an_area_is_chosen_step_by_step(office: Office) -> None:
    page = office.seat("changyi.officer").open("/records/person/").page
    steps = page.locator("select[name=area]")
    expect(steps).to_have_count(1)
    whole = page.locator(COUNT).inner_text()
    steps.first.select_option("220202001000")
    expect(steps).to_have_count(2)
    expect(page.locator(COUNT)).not_to_have_text(whole)
    township = page.locator(COUNT).inner_text()
    steps.nth(1).select_option("220202001001")
    expect(page.locator(COUNT)).not_to_have_text(township)
    # Another township: the community chosen before no longer counts.
    steps.first.select_option("220202002000")
    expect(steps.nth(1)).to_have_value("")
    expect(page.locator("main table tbody tr").first).to_contain_text("文庙")


def test_two_clerks_at_one_record_do_not_overwrite_each_other(office: Office) -> None:
    first = office.seat("xinghua.clerk").open("/records/person/").page
    address = first.locator("main tbody a").first.get_attribute("href") or ""
    second = office.seat("xinghua.clerk").open(f"{address}edit/").page
    first.goto(f"{second.url}")
    first.locator("#id_address").fill("先改的住址")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text("先改的住址").first).to_be_visible()
    second.locator("#id_address").fill("后改的住址")
    second.get_by_role("button", name="保存").click()
    summary = second.locator(".errors-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("先改的住址")
    expect(summary).to_contain_text("后改的住址")
    second.get_by_role("button", name="仍按我填写的保存").click()
    expect(second.get_by_text("后改的住址").first).to_be_visible()
    second.get_by_role("link", name="办理记录").click()
    expect(second.locator(".record-history").get_by_text("先改的住址").first).to_be_visible()


def test_a_person_is_picked_from_what_is_found(office: Office) -> None:
    page = office.seat("xinghua.clerk").open("/records/household/").page
    page.locator("main tbody a").first.click()
    page.get_by_role("link", name="加入成员").click()
    page.locator("#id_person").press_sequentially("王")
    found = page.locator(".picked input[type=radio]")
    expect(found.first).to_be_visible()
    found.first.check()
    page.get_by_label("与户主关系").select_option("8")
    page.get_by_role("button", name="加入成员").click()
    # Whoever is found lives in a household already, as everybody in the demo does.
    expect(page.locator(".errors-summary")).to_contain_text("此人已在另一家庭中")
