"""The main job from the street office to the bank, each hand at its own desk.

A family applies on 3 May 2016 and is granted on 24 May, so that it is paid from June, whose roll
昌邑区 has not prepared yet.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from .conftest import Office, Seat

ACCOUNT = "9988000000001234"


@dataclass
class Applied:
    path: str
    number: str
    head: str


def test_from_the_application_to_the_dashboard(office: Office, tmp_path: Path) -> None:
    clerk = office.seat("xinghua.clerk")
    applied = apply(clerk)
    take(clerk, "受理", "2016-05-03")
    clerk.page.locator("[name=visited_on]").fill("2016-05-09")
    clerk.page.locator("[name=others]").fill("网格员乙")
    clerk.page.locator("[name=findings]").fill("住房简陋，家中无人就业，邻居证实。")
    clerk.page.locator("[name=facts_agree]").check()
    take(clerk, "登记入户调查", "2016-05-09")
    explanation = clerk.page.locator("main")
    expect(explanation).to_contain_text("符合")
    expect(explanation).to_contain_text("社会救助暂行办法第九条")
    choose(clerk, "提出初审意见")
    clerk.page.locator("[name=opinion][value=agree]").check()
    take(clerk, "提出初审意见", "2016-05-10")
    # What comes next is not the clerk's: neither offered nor possible by address.
    expect(clerk.page.get_by_role("button", name="拟批准", exact=True)).to_have_count(0)
    refused = clerk.page.goto(f"{clerk.site}{applied.path}steps/approve/")
    assert refused
    assert refused.status == 403

    officer = office.seat("changyi.officer")
    find_in_inbox(officer, applied)
    # A step cannot be skipped either.
    early = officer.page.goto(f"{officer.site}{applied.path}steps/confirm/")
    assert early
    assert early.status == 409
    officer.open(applied.path)
    officer.page.locator("[name=note]").fill("材料齐全，同意核定结果。")
    take(officer, "拟批准", "2016-05-13")
    officer.page.locator("[name=from_day]").fill("2016-05-16")
    take(officer, "张贴公示", "2016-05-16")
    take(officer, "公示期满，批准发放", "2016-05-24")
    expect(officer.page.locator(".case-facts")).to_contain_text("已批准")
    expect(officer.page.locator("main")).to_contain_text("2016-06")

    paymaster = office.seat("changyi.pay")
    paymaster.open("/payments/prepare/")
    paymaster.page.locator("[name=month]").fill("2016-06")
    paymaster.page.get_by_role("button", name="编制名册").click()
    paymaster.page.wait_for_url(re.compile(r"/records/roll/\d+/"))
    roll = paymaster.page.url.removeprefix(paymaster.site)
    expect(paymaster.page.locator("main")).to_contain_text("待发放审批")
    expect(paymaster.page.get_by_role("link", name="批准发放")).to_have_count(0)

    director = office.seat("changyi.director")
    director.open(roll)
    amount = money_beside(director.page, "金额")
    director.page.get_by_role("link", name="批准发放").click()
    director.page.locator("main form").get_by_role("button", name="批准发放").click()
    expect(director.page.locator("main")).to_contain_text("已批准发放")

    rows = exported(paymaster, roll, tmp_path)
    mine = [row for row in rows if ACCOUNT in row]
    assert len(mine) == 1
    assert applied.head in mine[0]

    leader = office.seat("leader")
    leader.open("/")
    place = leader.page.locator("#map-heading ~ *, main").locator("tr", has_text="昌邑区").first
    leader.page.locator("summary").first.click()
    paid = place.locator("td").last.inner_text()
    assert Decimal(paid.replace(",", "")) == amount
    place.get_by_role("link").click()
    expect(leader.page.locator("main table")).to_be_visible()


def apply(clerk: Seat) -> Applied:
    """Find a family nothing is pending for, and hand in its application."""
    page = clerk.page
    for initial in "wlzsyxhcjg":
        clerk.open("/dibao/apply/")
        page.locator("#q").fill(initial)
        page.get_by_role("button", name="查找").click()
        page.wait_for_url(re.compile("q="))
        links = page.locator("#found li a")
        for path in [link.get_attribute("href") or "" for link in links.all()]:
            clerk.open(path)
            if not page.locator(".errors-summary").count():
                head = page.locator(".case-facts strong").inner_text()
                return _hand_in(clerk, head)
    raise AssertionError("no family in 兴华 is free to apply")


def _hand_in(clerk: Seat, head: str) -> Applied:
    page = clerk.page
    page.locator("[name=financial_assets]").fill("１，０００")  # full-width, as an IME writes it
    page.locator("[name=vehicles]").fill("0")
    page.locator("[name=dwellings]").fill("1")
    for fact in ("wage", "business", "property", "transfer"):
        for field in page.locator(f"[name$='-{fact}']").all():
            field.fill("0")
    for fact in ("is_student", "is_seriously_ill", "is_single_parent"):
        for field in page.locator(f"[name$='-{fact}']").all():
            field.select_option("false")
    page.locator("[name=authorised_on]").fill("2016-05-03")
    page.locator("[name=bank]").fill("演示银行")
    page.locator("[name=account]").fill(ACCOUNT)
    # The authorisation is forgotten first: the summary of errors gets the focus and says so.
    page.locator("[name=on]").fill("2016-05-03")
    submit = page.get_by_role("button", name="提交申请")
    submit.click()
    summary = page.locator(".errors-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("没有核对授权不能受理")
    assert page.title().startswith("错误：")
    assert page.locator("[name=account]").input_value() == ACCOUNT
    page.locator("[name=authorised]").check()
    submit.click()
    page.wait_for_url(re.compile(r"/cases/\d+/$"))
    number = page.locator(".case-facts span").first.inner_text()
    return Applied(page.url.removeprefix(clerk.site), number, head)


def choose(seat: Seat, label: str) -> None:
    """Open the form of a step, unless the page offers it at once."""
    if not seat.page.get_by_role("button", name=label, exact=True).count():
        seat.page.get_by_role("link", name=label, exact=True).click()


def take(seat: Seat, label: str, on: str) -> None:
    """Send the form of a step."""
    form: Locator = seat.page.locator("main form", has=seat.page.locator("#id_on"))
    form.locator("#id_on").fill(on)
    form.get_by_role("button", name=label, exact=True).click()
    expect(seat.page.locator("[role=status]", has_text=f"已办理：{label}")).to_be_visible()


def find_in_inbox(seat: Seat, applied: Applied) -> None:
    seat.open("/cases/")
    seat.page.locator("#q").fill(applied.number)
    seat.page.get_by_role("button", name="查找").click()
    link = seat.page.locator(f"#cases a[href='{applied.path}']")
    expect(link).to_be_visible()
    link.click()
    seat.page.wait_for_url(f"**{applied.path}")


def money_beside(page: Page, label: str) -> Decimal:
    term = page.locator("main dt", has_text=re.compile(f"^{label}$")).first
    return Decimal(term.locator("xpath=following-sibling::dd[1]").inner_text().replace(",", ""))


def exported(seat: Seat, roll: str, folder: Path) -> list[list[str]]:
    seat.open(roll)
    tab = seat.page.get_by_role("link", name="明细").or_(seat.page.get_by_role("tab", name="明细"))
    if tab.count():
        tab.first.click()
    with seat.page.expect_download() as download:
        seat.page.get_by_role("button", name="导出银行发放表").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "昌邑区最低生活保障2016-06.xlsx"
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]
