"""Everything a policy says has its English, and the catalogues hold nothing else."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jimin.engine.rules import Case, Choice, RuleBook
from jimin.engine.rules.book import PLACE
from jimin.engine.rules.compare import compare
from jimin.engine.rules.counterfactual import smallest_changes
from jimin.engine.rules.expressions import Constant
from jimin.engine.rules.language import Counted, English, phrases
from jimin.engine.rules.parameters import read_yaml
from jimin.engine.rules.walk import walk
from jimin.policies import assess, benefit_of, load_policy, policy_names
from jimin.policies.benefits import open_case
from jimin.policies.cases import worked_cases
from jimin.policies.languages import catalogues, language_of

CHINESE_SIGNS = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def english_of(policy: str) -> English:
    found = language_of(policy, "en")
    assert isinstance(found, English)
    return found


def texts_of(policy: str) -> Iterator[str]:
    """Every Chinese text that an explanation or a page of a policy shows."""
    loaded = load_policy(policy)
    yield loaded.label
    for name in loaded.benefits:
        benefit = benefit_of(name)
        yield benefit.label
        yield benefit.decision.review
        yield from benefit.reasons
        yield from benefit.reasons.values()
        yield from benefit.remarks.values()
        for edition in loaded.benefit(name).editions:
            yield from texts_of_book(edition.book)


def texts_of_book(book: RuleBook) -> Iterator[str]:
    yield from (book.entities.group_label, book.entities.member_label)
    for facts in book.facts.values():
        for fact in facts.values():
            yield fact.label
            if isinstance(fact, Choice):
                yield from fact.choices.values()
    codes = book.choice_labels()
    for versions in book.versions.values():
        for rule in versions:
            yield from (rule.label, rule.cite, rule.unmet)
            for part in walk(rule.expression):
                code = part.value if isinstance(part, Constant) else None
                if isinstance(code, str) and code not in codes:
                    yield code
    for parameter in book.parameters.values():
        yield from (parameter.label, parameter.unit_name)
        yield from (value.source for value in parameter.values)


@pytest.mark.parametrize("policy", policy_names())
def test_every_text_of_a_policy_has_its_english(policy: str) -> None:
    english = english_of(policy)
    wanted = dict.fromkeys(text for text in texts_of(policy) if text)
    assert [text for text in wanted if english.known(text) is None] == []


@pytest.mark.parametrize("policy", policy_names())
def test_the_english_names_the_same_places(policy: str) -> None:
    english = english_of(policy)
    for text in dict.fromkeys(texts_of(policy)):
        told = english.text(text)
        assert sorted(PLACE.findall(told)) == sorted(PLACE.findall(text)), text


@pytest.mark.parametrize("policy", policy_names())
def test_the_catalogues_hold_nothing_that_is_not_said(policy: str) -> None:
    said = set(texts_of(policy))
    together = "\n".join(said)
    for path in catalogues(policy):
        for text in read_yaml(path):
            is_unit = path.name == "common.yaml"
            is_part = path.name in ("citations.yaml", f"{policy}.yaml") and text in together
            assert text in said or is_part or is_unit, f"{path.name}: {text}"


def test_no_text_has_two_translations() -> None:
    for policy in policy_names():
        found: dict[str, Path] = {}
        for path in (phrases(), *catalogues(policy)):
            for text in read_yaml(path):
                where = found.setdefault(text, path)
                assert where == path or text == "无", f"{text}: {where.name}, {path.name}"


def told(policy: str, benefit: str) -> Iterator[str]:
    """Everything the worked cases of a benefit are explained with, in English."""
    loaded, language = load_policy(policy), english_of(policy)
    decision = benefit_of(benefit).decision
    before: Case | None = None
    for worked in worked_cases(loaded, benefit):
        given = (worked.month, worked.household, worked.members)
        outcome = assess(loaded, benefit, *given, language)
        yield from (outcome.reason, *outcome.unknown_facts)
        for step in outcome.steps:
            yield from (step.label, step.member, step.formula, step.value or "", step.cite)
            for figure in step.parameters:
                yield from (figure.label, figure.value, figure.since, figure.source)
        case = open_case(loaded.benefit(benefit), *given)
        if len(case.members) < 3:
            found = smallest_changes(case, decision, language=language)
            yield from (*found.open, *(change.sentence() for change in found.changes))
        if before is not None:
            compared = compare(before, case, decision, language=language)
            yield from (*compared.sentences(), *(step.sentence() for step in compared.steps))
        before = case


@pytest.mark.parametrize(
    ("policy", "benefit"),
    [(policy, benefit) for policy in policy_names() for benefit in load_policy(policy).benefits],
)
def test_no_chinese_is_left_in_an_english_explanation(policy: str, benefit: str) -> None:
    names = {
        str(member["name"])
        for case in worked_cases(load_policy(policy), benefit)
        for member in case.members
        if "name" in member
    }
    for text in told(policy, benefit):
        for name in names:
            text = text.replace(name, "")
        assert not CHINESE_SIGNS.search(text), text


def test_numbers_dates_and_members_are_as_english_writes_them() -> None:
    english = english_of("jilin")
    assert english.money(Fraction(-1234567, 1000)) == "-1,234.57"
    assert english.day(date(2016, 7, 1)) == "1 July 2016"
    assert english.month(2016 * 12) == "January 2016"
    assert [english.member(name) for name in ("第 3 名成员", "成员12", "李大")] == [
        "member 3", "member 12", "李大",
    ]  # fmt: skip
    phrase = "{since} 至 {until} 满 {months} 个月"
    told = [english.say(phrase, since="a", until="b", months=Counted(n)) for n in (1, 2)]
    assert told == ["a to b: 1 month", "a to b: 2 months"]


def test_a_citation_is_put_together_from_its_parts() -> None:
    english = english_of("jilin")
    assert english.text("社会救助暂行办法第二十条、第四十一条；国发〔2014〕47 号：救助方式") == (
        "Interim Measures for Social Assistance, article 20, article 41; "
        "Guofa [2014] No. 47: ways of assistance"
    )
    assert english.known("某办法第十条") is None
    assert english.text("某办法第十条") == "某办法第十条"
