"""Working through a register: many at once, one after the other, by keys, on paper, never twice."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import Office
from .test_pages import accessibility, overflow

PERSONS = "/records/person/?sort=birth"


def first_page(page: Page) -> list[str]:
    return page.locator(".record-table tbody tr td > a").all_inner_texts()


def test_a_double_click_makes_one_record(office: Office) -> None:
    page = office.seat("xinghua.clerk").open("/records/person/new/").page
    page.locator("#id_name").fill("双击人")
    for level, code in enumerate(("220202001001",)):
        page.locator("select[name=area]").nth(level).select_option(code)
    page.get_by_role("button", name="保存").dblclick()
    expect(page.get_by_role("heading", name="双击人")).to_be_visible()
    page.goto(f"{office.site}/records/person/?q=双击人")
    expect(page.locator(".record-table tbody tr")).to_have_count(1)


def test_the_summary_of_errors_leads_to_the_field(office: Office) -> None:
    page = office.seat("xinghua.clerk").open("/records/person/new/").page
    page.locator("#id_citizen_id").fill("220202199001011230")
    page.get_by_role("button", name="保存").click()
    summary = page.locator(".errors-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    summary.get_by_role("link", name=re.compile("姓名")).click()
    expect(page.locator("#id_name")).to_be_focused()
    assert accessibility(page) == []


def test_both_versions_stand_side_by_side_and_nothing_typed_is_lost(office: Office) -> None:
    first = office.seat("xinghua.clerk").open(PERSONS).page
    address = first.locator(".record-table tbody a").nth(3).get_attribute("href") or ""
    second = office.seat("xinghua.clerk").open(f"{address}edit/").page
    first.goto(second.url)
    first.locator("#id_address").fill("甲改的住址")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text("已保存。")).to_be_visible()
    second.locator("#id_address").fill("乙改的住址")
    second.locator("#id_phone").fill("13900001234")
    second.get_by_role("button", name="保存").click()
    table = second.locator(".errors-summary table")
    expect(table.get_by_role("row", name=re.compile("住址"))).to_contain_text("甲改的住址")
    expect(table.get_by_role("row", name=re.compile("住址"))).to_contain_text("乙改的住址")
    expect(second.locator("#id_address")).to_have_value("乙改的住址")
    expect(second.locator("#id_phone")).to_have_value("13900001234")
    assert accessibility(second) == []
    second.get_by_role("link", name="返回，不保存").click()
    expect(second.get_by_text("甲改的住址").first).to_be_visible()


def test_columns_are_moved_and_stay(office: Office) -> None:
    page = office.seat("xinghua.clerk").open(PERSONS).page
    page.get_by_text("列与视图").click()
    page.get_by_role("button", name="出生日期前移").click()
    page.get_by_role("button", name="出生日期前移").press("Enter")
    page.get_by_label("死亡日期", exact=True).uncheck()
    assert accessibility(page) == []
    page.get_by_role("button", name="应用").click()
    heads = page.locator(".record-table thead th").all_inner_texts()
    assert [head.strip(" ▲") for head in heads][1:4] == ["姓名", "出生日期", "公民身份号码"]
    assert "死亡日期" not in heads
    page.get_by_text("列与视图").click()
    page.get_by_role("button", name="恢复默认").click()
    expect(page.locator(".record-table thead")).to_contain_text("死亡日期")


def test_rows_stay_marked_and_move_together(office: Office) -> None:
    page = office.seat("xinghua.clerk").open("/records/household/").page
    boxes = page.locator("input[name=pk]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator(".record-table thead").get_by_role("link", name="家庭编号").click()
    expect(page.get_by_text("已选 2 条")).to_be_visible()
    page.locator("#selection").get_by_role("button", name="迁移").click()
    page.locator("select[name=area]").select_option("220202001003")
    page.get_by_label("事由").fill("并社区")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("现在还没有改动任何记录")).to_be_visible()
    assert accessibility(page) == []
    page.get_by_role("button", name=re.compile("办理 2 条")).dblclick()
    expect(page.get_by_text("已办理 2 条，没有办理 0 条")).to_be_visible()
    page.locator(".record-table a").first.click()
    page.get_by_role("link", name="办理记录").click()
    expect(page.locator(".record-history").get_by_text("迁移")).to_have_count(1)


def test_keys_lead_through_the_list_and_the_records(office: Office) -> None:
    page = office.seat("xinghua.clerk").open(PERSONS).page
    names = first_page(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("已选 1 条")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=names[1], exact=True)).to_be_visible()
    expect(page.locator("#beside a[rel=prev]")).to_contain_text(names[0])
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name=names[2], exact=True)).to_be_visible()
    expect(page.locator("#beside a[rel=prev]")).to_contain_text(names[1])
    page.locator("a[data-back]").click()
    expect(page).to_have_url(re.compile(re.escape(PERSONS)))  # the list as it was
    page.keyboard.press("/")
    page.keyboard.type("jkx?/")
    expect(page.locator("#q")).to_have_value("jkx?/")
    page.locator("#q").fill("")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert accessibility(page) == []
    page.get_by_label("启用快捷键").uncheck()
    page.get_by_role("button", name="关闭").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_photograph_is_added_shown_and_removed(office: Office, tmp_path: Path) -> None:
    from PIL import Image

    photo = tmp_path / "残疾证.png"
    Image.new("RGB", (900, 600), "#88aacc").save(photo)
    page = office.seat("xinghua.clerk", 390).open(PERSONS).page
    page.locator(".record-table tbody a").first.click()
    page.get_by_role("link", name=re.compile("附件")).click()
    page.locator("#new-files").set_input_files(photo)
    page.get_by_role("button", name="上传", exact=True).click()
    image = page.get_by_alt_text("打开图片 残疾证.png")
    expect(image).to_be_visible()
    assert image.evaluate("each => each.decode().then(() => each.naturalWidth)") == 320
    assert overflow(page) <= 0
    assert accessibility(page) == []
    page.locator(".record-remove summary").click()
    page.get_by_label("删除的事由").fill("拍错了")
    page.get_by_role("button", name="删除附件").click()
    expect(page.get_by_text("还没有附件。")).to_be_visible()


def test_a_list_prints_as_a_table(office: Office) -> None:
    page = office.seat("xinghua.clerk").open(PERSONS).page
    page.set_viewport_size({"width": 643, "height": 972})  # A4 between its margins
    page.emulate_media(media="print")
    cell = page.locator(".record-table tbody td").nth(1)
    assert cell.evaluate("each => getComputedStyle(each).display") == "table-cell"
    expect(page.locator(".record-printed")).to_be_visible()
    expect(page.locator(".record-filters").first).to_be_hidden()
    assert overflow(page) <= 0
