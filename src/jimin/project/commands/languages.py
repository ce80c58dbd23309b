"""In what language a command explains, refuses and says how it is used."""

from collections.abc import Sequence
from copy import copy
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

import click

from jimin.engine.rules import PolicyError
from jimin.engine.rules.language import Language
from jimin.policies.languages import CODES, language_of

SCREENS: Final = tuple(sorted(Path(__file__).parent.glob("english*.yaml")))
ASKED: Final = "jimin.language"
C = TypeVar("C", bound=click.Command)

language_option = click.option(
    "--lang",
    type=click.Choice(CODES),
    default="zh",
    show_default=True,
    help="用什么语言说明：zh 中文，en 英文",
)

help_language_option = click.option(
    "--lang",
    type=click.Choice(CODES),
    default="zh",
    show_default=True,
    expose_value=False,
    help="用什么语言显示这段用法；结果只有中文",
)


def spoken(policy: str, code: str) -> Language:
    """The language with a code, with the words of the terminal.

    Where no policy is known yet, or none of that name, only what all policies share is told.
    """
    return language_of(policy, code, *SCREENS)


class RefusedError(PolicyError):
    """What a command cannot do, as a phrase with its places."""


def asked_language(ctx: click.Context) -> Language:
    """The language of the command line, whatever else is wrong with it."""
    return spoken("", ctx.meta.get(ASKED, "zh"))


class SpokenCommand(click.Command):
    """A command whose help is in the language asked for, wherever `--lang` stands beside it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _note_language(ctx, args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(SpokenCommand, told_in(self, asked_language(ctx))).format_help(ctx, formatter)


class SpokenGroup(SpokenCommand, click.Group):
    command_class = SpokenCommand


def told_in(command: C, language: Language) -> C:
    """The command with its help in a language. Each paragraph is translated as a whole."""
    said = copy(command)
    said.help = _paragraphs(command.help, language)
    said.short_help = _paragraphs(command.short_help, language)
    said.params = [_parameter_in(parameter, language) for parameter in command.params]
    if isinstance(said, click.Group):
        said.commands = {name: told_in(one, language) for name, one in said.commands.items()}
    return said


def _parameter_in(parameter: click.Parameter, language: Language) -> click.Parameter:
    said = copy(parameter)
    if isinstance(said, click.Option):
        said.help = _paragraphs(said.help, language)
    return said


def _paragraphs(text: str | None, language: Language) -> str | None:
    return text and "\n\n".join(language.text(one) for one in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """Each paragraph in one line: between Chinese signs a line break is no blank."""
    return [
        "".join(line.strip() for line in paragraph.splitlines())
        for paragraph in cleandoc(text).split("\n\n")
    ]


def _note_language(ctx: click.Context, args: Sequence[str]) -> None:
    words = [word for arg in args for word in arg.split("=", 1)]
    for option, code in pairwise(words):
        if option == "--lang" and code in CODES:
            ctx.meta[ASKED] = code
