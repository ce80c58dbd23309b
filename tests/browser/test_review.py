"""A reviewer goes through a text by keys, marks what was missed, and compares a revision."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Office, Seat
from .test_pages import NARROW, WIDE, accessibility, overflow

# Of a year before the demo's: what is put in force here must not become the current plan.
TEXT = """某市2010年民政工作要点
一、加强养老服务。
新增养老床位900张，培训护理员80名。制定出台《某市养老服务办法》。
二、做好社会救助。
全年救助困难群众3万人次以上。开展𠮷祥走访12次，建立档案。
"""


def upload(seat: Seat, text: str = TEXT) -> None:
    seat.open("/plan/new/")
    page = seat.page
    page.get_by_label("标题").fill("某市2010年工作要点")
    page.get_by_label("年度").fill("2010")
    page.get_by_label("或者粘贴文本").fill(text)
    page.get_by_role("button", name="上传并识别").click()
    page.wait_for_url(lambda url: url.endswith("/review/"))


def shown(page: Page) -> str:
    return page.locator("article.proposal.is-shown").get_attribute("id") or ""


def mark_words(page: Page, words: str) -> None:
    """Select words of the text as a mouse would."""
    page.evaluate(
        """(words) => {
          const pane = document.querySelector(".review-text .plan-text");
          const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            document.getSelection().removeAllRanges();
            document.getSelection().addRange(range);
            return;
          }
          throw new Error("not in one node: " + words);
        }""",
        words,
    )


def test_a_text_is_reviewed_by_keys(office: Office, tmp_path: Path) -> None:
    seat = office.seat("officer")
    page = seat.page
    # Its own figure: what is left out here would be left out of the other tests' texts too.
    upload(seat, TEXT.replace("900", "910"))
    rows = page.locator("article.proposal")
    waiting = rows.count()
    assert waiting >= 7
    page.keyboard.press("j")
    first = shown(page)
    page.keyboard.press("j")
    second = shown(page)
    assert first != second
    page.keyboard.press("k")
    assert shown(page) == first
    page.keyboard.press("a")
    expect(page.locator(f"#{first}")).to_contain_text("已确认")
    expect(page.locator(f"#{second}")).to_be_focused()  # the next that waits comes up
    expect(page.locator("#waiting")).to_contain_text(f"还有 {waiting - 1} 条待确认")
    page.keyboard.press("r")
    page.keyboard.type("是去年的数")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{second}")).to_contain_text("理由：是去年的数")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="快捷键")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("e")
    page.wait_for_url(lambda url: url.endswith("/edit/"))


def test_marked_words_become_a_target(office: Office) -> None:
    seat = office.seat("officer")
    page = seat.page
    upload(seat)
    mark_words(page, "建立档案")
    bar = page.locator("#selected")
    expect(bar).to_be_visible()
    bar.get_by_role("link", name="目标").click()
    expect(page.locator("blockquote")).to_have_text("建立档案")  # past a wide character
    expect(page.get_by_label("指标", exact=True)).to_have_value("建立档案")


def test_two_reviewers_do_not_overwrite_each_other(office: Office) -> None:
    one, other = office.seat("officer"), office.seat("officer")
    upload(one)
    address = one.page.url.removeprefix(one.site)
    other.open(address)
    name = one.page.locator("article.proposal-task").first.get_attribute("id")
    one.page.locator(f"#{name} button[value=accept]").click()
    expect(one.page.locator(f"#{name}")).to_contain_text("已确认")
    other.page.locator(f"#{name} .proposal-reject summary").click()
    other.page.locator(f"#{name} button[value=reject]").click()
    expect(other.page.locator(f"#{name}")).to_contain_text("刚被他人改动")


def test_a_revision_shows_its_differences(office: Office) -> None:
    seat = office.seat("officer")
    page = seat.page
    upload(seat)
    page.locator("#tick-all").click()
    page.get_by_role("button", name="确认勾选的条目").click()
    page.get_by_role("button", name="启用台账").click()
    page.wait_for_url(lambda url: "review" not in url)
    upload(seat, TEXT.replace("900", "1200").replace("，培训护理员80名", ""))
    changed = page.locator("article.proposal", has_text="有变化")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("900")
    expect(page.locator(".review-gone")).to_contain_text("培训护理员")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_review_screen_is_accessible_and_fits(office: Office, width: int) -> None:
    seat = office.seat("officer", width)
    upload(seat)
    seat.page.reload()
    assert accessibility(seat.page) == []
    assert overflow(seat.page) <= 0
    seat.page.locator("article.proposal .proposal-reject summary").first.click()
    assert overflow(seat.page) <= 0
    seat.open(seat.page.locator("[data-key=s]").nth(3).get_attribute("href") or "")
    assert accessibility(seat.page) == []
    assert overflow(seat.page) <= 0
