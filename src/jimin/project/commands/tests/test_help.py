"""How a command is used is told in Chinese, or in English wherever `--lang en` stands."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from jimin.engine.rules.language import English
from jimin.project.cli import main
from jimin.project.commands.assess import assess, explain
from jimin.project.commands.languages import paragraphs, spoken
from jimin.project.commands.policy import policy
from jimin.project.commands.tests.test_policy_english import CHINESE_SIGNS

COMMANDS = {
    "assess": assess,
    "explain": explain,
    "policy": policy,
    **{f"policy {name}": command for name, command in policy.commands.items()},
}
UNIT_OF_OURS = "元/月"  # as it is written in a file of figures


def said(words: str) -> str:
    result = CliRunner().invoke(main, words.split(), env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output
    return result.output


def texts_of(command: click.Command) -> Iterator[str]:
    yield from paragraphs(command.help or "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield parameter.help or ""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_english_when_asked_and_chinese_otherwise(name: str) -> None:
    chinese = said(f"{name} --help")
    first = paragraphs(COMMANDS[name].help or "")[0]
    assert first[:20] in chinese
    english = said(f"{name} --help --lang en")
    assert said(f"{name} --lang=en -h") == english
    assert not CHINESE_SIGNS.search(english.replace(UNIT_OF_OURS, ""))
    assert said(f"{name} --help --lang zh") == chinese


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_text_has_its_english(name: str) -> None:
    language = spoken("", "en")
    assert isinstance(language, English)
    assert [text for text in texts_of(COMMANDS[name]) if language.known(text) is None] == []


def test_the_language_of_the_group_is_that_of_its_commands() -> None:
    result = CliRunner().invoke(main, ["policy", "--lang", "en", "show", "nosuch"])
    assert result.exit_code == 2
    assert result.stderr == "Error: There is no policy “nosuch”; there are: jilin.\n"
    assert "List the rules of policy NAME" in said("policy --lang en show --help")
    assert "列出政策 NAME" in said("policy --lang en show --help --lang zh")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("assess a.xlsx --mont 2016-07", "there is no option “--mont”, near it are --month, "),
        ("policy show --mo", "there is no option “--mo”, near it are --month; see "),
        ("assess", "'FILE' is missing; see "),
        ("policy show --month", "option “--month” is not written as it should be, or lacks its "),
        ("policy nosuch", "there is no such command, or too much was written; see "),
        ("assess a.xlsx b.xlsx", "there is no such command, or too much was written; see "),
    ],
)
def test_wrong_use_is_told_in_english(arguments: str, sentence: str) -> None:
    first, *more = arguments.split()
    # An option at the end would take what follows it for its value.
    words = [first, *more[:-1], "--lang", "en", *more[-1:]]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {sentence}")
    assert result.stderr.endswith(" --help.\n") or "lacks its value" in result.stderr
