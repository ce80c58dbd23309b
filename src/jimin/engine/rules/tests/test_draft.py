"""A draft is a policy of its own, in every edition of its book."""

from datetime import date
from pathlib import Path

import pytest

from jimin.engine.rules import (
    Case,
    DefinitionError,
    Expression,
    Group,
    Money,
    Policy,
    PolicyError,
    RuleBook,
    load_parameters,
)
from jimin.engine.rules.draft import with_figures

FIGURES = """
base:
  label: 基数
  unit: 元/月
  values:
    - {since: 2016-01-01, source: 示例, status: example, value: 10}
"""


def _figures(folder: Path, text: str) -> Path:
    path = folder / "figures.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _book(path: Path, name: str) -> RuleBook:
    book = RuleBook(name, parameters=load_parameters(path))
    book.group_facts(wage=Money(label="工资", highest=1_000_000))
    figures = book.figures

    @book.group("剩余", cite="甲")
    def rest(h: Group) -> Expression:
        return h.wage / figures.base if name == "later" else h.wage - figures.base

    return book


def _policy(folder: Path) -> Policy:
    path = _figures(folder, FIGURES)
    later = {date(2017, 1, 1): _book(path, "later")}
    return Policy(name="p", label="政策", version="1", book=_book(path, "first"), later=later)


def test_the_draft_holds_in_every_edition_and_leaves_the_policy_alone(tmp_path: Path) -> None:
    policy = _policy(tmp_path)
    draft = with_figures(
        policy, load_parameters(_figures(tmp_path, FIGURES.replace("value: 10", "value: 20")))
    )
    assert (draft.version, policy.version) == ("1+draft", "1")
    results = {
        (which.version, month): Case(which.at(month), {"wage": 100}, [{}]).value("rest")
        for which in (policy, draft)
        for month in ("2016-12", "2017-01")
    }
    assert results == {
        ("1", "2016-12"): 90,
        ("1", "2017-01"): 10,
        ("1+draft", "2016-12"): 80,
        ("1+draft", "2017-01"): 5,
    }


def test_a_draft_is_proven_like_any_policy(tmp_path: Path) -> None:
    policy = _policy(tmp_path)
    zero = load_parameters(_figures(tmp_path, FIGURES.replace("value: 10", "value: 0")))
    with pytest.raises(DefinitionError):
        with_figures(policy, zero)


def test_a_draft_of_another_unit_or_name_is_refused(tmp_path: Path) -> None:
    policy = _policy(tmp_path)
    for old, new, said in (
        ("元/月", "元/年", "单位是“元/月”，草案里却是“元/年”"),
        ("base", "basis", "没有参数 basis，不能改；有：base"),
    ):
        drafts = load_parameters(_figures(tmp_path, FIGURES.replace(old, new)))
        with pytest.raises(PolicyError, match=said):
            with_figures(policy, drafts)
