"""The collector of translations finds every way a sentence is written."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from django.utils.translation.template import templatize

TOOL = Path(__file__).resolve().parent.parent / "tools/messages.py"


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_code_is_read(messages: ModuleType) -> None:
    code = """
_("你好")
gettext_lazy("长" "句")
ngettext("%(n)s 人", "%(n)s 人们", 3)
pgettext("动词", "审批")
_(variable)
"""
    assert list(messages.sentences(code)) == [
        ("你好", None),
        ("长句", None),
        (("%(n)s 人", "%(n)s 人们"), None),
        ("审批", "动词"),
    ]


def test_templates_are_read(messages: ModuleType) -> None:
    page = """
  <p title="{% translate '标题' %}">it's</p>
    {% blocktranslate trimmed with n=count %}
      共 {{ n }} 户
    {% endblocktranslate %}
"""
    text = f"(\n{templatize(page)}\n)"
    assert list(messages.sentences(text)) == [("标题", None), ("共 %(n)s 户", None)]


@pytest.mark.parametrize(
    ("translation", "flags", "said"),
    [
        ("%(n)s households", [], []),
        ("", [], ["not translated"]),
        ("households", [], ["the translation has other places"]),
        ("%(n)s households", ["fuzzy"], ["marked fuzzy"]),
    ],
)
def test_a_sentence_that_is_not_in_order_is_named(
    messages: ModuleType, translation: str, flags: list[str], said: list[str]
) -> None:
    wanted, kept = Catalog(), Catalog()
    wanted.add("%(n)s 户")
    kept.add("%(n)s 户", translation, flags=flags)
    assert [what for _, _, what in messages.failings(kept, wanted)] == said


def test_a_missing_and_a_stale_sentence_are_named(messages: ModuleType) -> None:
    wanted, kept = Catalog(), Catalog()
    wanted.add("新")
    kept.add("旧", "old")
    found = [(sentence, what) for _, sentence, what in messages.failings(kept, wanted)]
    assert found == [("新", "not collected yet"), ("旧", "no longer in the program")]
