"""The page of a policy: whole, well-formed, linked, the same every time, and right."""

import re
import subprocess
import sys
from functools import cache
from xml.etree import ElementTree

import pytest

from jimin.policies import load_policy, policy_names
from jimin.policies.cases import worked_cases
from jimin.policies.document import whole_page

CODES = ("zh", "en")
PAGES = [(policy, code) for policy in policy_names() for code in CODES]


@cache
def page(policy: str, code: str) -> str:
    return whole_page(load_policy(policy), code)


@cache
def tree(policy: str, code: str) -> ElementTree.Element:
    """The page read as XML, which refuses what is not well-formed."""
    return ElementTree.fromstring(page(policy, code).removeprefix("<!DOCTYPE html>\n"))


def text_of(element: ElementTree.Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def by_id(policy: str, code: str, anchor: str) -> ElementTree.Element:
    found = tree(policy, code).find(f".//*[@id='{anchor}']")
    assert found is not None, anchor
    return found


@pytest.mark.parametrize(("policy", "code"), PAGES)
def test_every_rule_parameter_fact_and_case_appears(policy: str, code: str) -> None:
    loaded = load_policy(policy)
    for name in loaded.benefits:
        editions = loaded.benefit(name).editions
        for number, edition in enumerate(editions, 1):
            for rule, versions in edition.book.versions.items():
                article = by_id(policy, code, f"{name}-{number}-rule-{rule}")
                maths = article.findall(".//math")
                assert len(maths) == len(versions), rule
            for facts in edition.book.facts.values():
                for fact in facts:
                    by_id(policy, code, f"{name}-{number}-fact-{fact}")
            for parameter in edition.parameters:
                by_id(policy, code, f"{name}-parameter-{parameter.name}")
        cases = by_id(policy, code, f"{name}-cases").findall("./ol/li")
        assert len(cases) == len(worked_cases(loaded, name))


@pytest.mark.parametrize(("policy", "code"), PAGES)
def test_every_link_leads_somewhere_and_no_anchor_stands_twice(policy: str, code: str) -> None:
    anchors = [element.get("id") for element in tree(policy, code).iter() if element.get("id")]
    assert len(anchors) == len(set(anchors))
    every = tree(policy, code).iter()
    links = [one.get("href", "") for one in every if one.tag.rpartition("}")[2] == "a"]
    assert len(links) > 1000
    assert {link for link in links if link[:1] != "#" or link[1:] not in anchors} == set()


@pytest.mark.parametrize(("policy", "code"), PAGES)
def test_the_file_needs_nothing_from_elsewhere(policy: str, code: str) -> None:
    for element in tree(policy, code).iter():
        assert element.tag not in ("script", "link", "img", "iframe")
        assert element.get("src") is None
        assert element.get("style") is None  # the pages of the program allow none
    assert "url(" not in page(policy, code)
    assert "@import" not in page(policy, code)


@pytest.mark.parametrize("policy", policy_names())
def test_only_the_sentences_of_the_cases_stay_chinese_in_english(policy: str) -> None:
    copy = ElementTree.fromstring(page(policy, "en").removeprefix("<!DOCTYPE html>\n"))
    for sentence in copy.findall(".//*[@lang='zh-CN']"):
        sentence.clear()
    for style in (copy.find("./head/style"), *copy.findall(".//*[@class='who']")):
        assert style is not None
        style.clear()
    told = "".join(copy.itertext())
    loaded = load_policy(policy)
    cases = [case for name in loaded.benefits for case in worked_cases(loaded, name)]
    for name in {str(one["name"]) for case in cases for one in case.members if "name" in one}:
        told = told.replace(name, "")
    assert re.findall("[\u2e80-\u9fff\uff00-\uffef].{0,20}", told) == []


def test_the_page_is_the_same_in_every_process() -> None:
    """Whatever the seed by which sets and dictionaries are ordered."""
    code = (
        "import hashlib, sys; from jimin.policies import load_policy;"
        "from jimin.policies.document import whole_page;"
        "print(hashlib.sha256(whole_page(load_policy('jilin'), 'zh').encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_rule_is_told_in_words_and_mathematics() -> None:
    article = by_id("jilin", "zh", "dibao-1-rule-topup")
    assert text_of(article.find("./div/div[@class='words']")) == (  # type: ignore[arg-type]
        "如果符合低保条件：（月保障标准减去人均月收入）乘以家庭人数，向上取整到元 否则：0 元"
    )
    assert text_of(article.find(".//math")) == (  # type: ignore[arg-type]
        "差额补助=⌈(月保障标准−人均月收入)×家庭人数⌉元如果符合低保条件0否则"
    )


def test_an_example_is_marked_and_a_confirmed_figure_is_not() -> None:
    example = by_id("jilin", "zh", "dibao-parameter-vehicle_limit")
    confirmed = by_id("jilin", "zh", "dibao-parameter-marginal_multiple")
    assert "示例" in text_of(example.find("./h4"))  # type: ignore[arg-type]
    assert "示例" not in text_of(confirmed)


def test_a_figure_that_changed_has_a_chart_with_its_steps() -> None:
    changed = by_id("jilin", "zh", "dibao-parameter-urban_standard")
    chart = changed.find(".//{http://www.w3.org/2000/svg}svg")
    assert chart is not None
    lines = [e for e in chart.iter() if "line" in e.get("class", "").split()]
    assert len(lines) == 6  # two groups of counties, three values each
    assert sum("example" in line.get("class", "") for line in lines) == 5
    constant = by_id("jilin", "zh", "dibao-parameter-vehicle_limit")
    assert constant.find(".//{http://www.w3.org/2000/svg}svg") is None


def test_the_graph_holds_every_rule_and_nothing_lies_over_another() -> None:
    for number in (1, 2):
        section = by_id("jilin", "zh", f"dibao-{number}")
        svg = section.find("./figure//{http://www.w3.org/2000/svg}svg")
        assert svg is not None
        book = load_policy().editions[number - 1].book
        boxes = [
            tuple(float(rect.get(side, "0")) for side in ("x", "y", "width", "height"))
            for rect in svg.iter("{http://www.w3.org/2000/svg}rect")
        ]
        assert len(boxes) == len(book.rules)
        wide, high = float(svg.get("width", "0")), float(svg.get("height", "0"))
        for place, (x, y, width, height) in enumerate(boxes):
            assert x >= 0
            assert y >= 0
            assert x + width <= wide
            assert y + height <= high
            for other_x, other_y, _, other_height in boxes[place + 1 :]:
                apart = abs(y - other_y) >= max(height, other_height)
                assert abs(x - other_x) >= width or apart


def test_a_benefit_speaks_of_its_own_groups_and_members() -> None:
    bills = text_of(by_id("jilin", "zh", "medical-1-rule-bills"))
    assert "救助对象" in bills
    assert "费用单张数" in bills
    assert "家庭" not in bills
    cost = text_of(by_id("jilin", "zh", "medical-1-fact-in_policy_cost"))
    assert "费用单" in cost
    assert "元，0 至 1000 万" in cost
    assert "bill" in text_of(by_id("jilin", "en", "medical-1-fact-in_policy_cost"))


def test_of_many_lines_only_those_with_a_name_have_a_colour() -> None:
    pensions = by_id("jilin", "zh", "veterans-parameter-disability_pension")
    chart = pensions.find(".//{http://www.w3.org/2000/svg}svg")
    assert chart is not None
    looks = [e.get("class", "").split() for e in chart.iter() if "line" in e.get("class", "")]
    coloured = [look for look in looks if "many" not in look]
    assert len(coloured) == 4 + 1  # the four tables of grade 1, and what never was paid
    assert all("many" in look for look in looks[: -len(coloured)])
