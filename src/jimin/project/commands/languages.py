"""In what language a command explains, and refuses."""

from pathlib import Path
from typing import Final

import click

from jimin.engine.rules import PolicyError
from jimin.engine.rules.language import Language
from jimin.policies.languages import CODES, language_of

SCREENS: Final = Path(__file__).with_name("english.yaml")

language_option = click.option(
    "--lang",
    type=click.Choice(CODES),
    default="zh",
    show_default=True,
    help="用什么语言说明：zh 中文，en 英文",
)


def spoken(policy: str, code: str) -> Language:
    """The language with a code, with the words of the terminal.

    Where no policy is known yet, or none of that name, only what all policies share is told.
    """
    return language_of(policy, code, SCREENS)


class RefusedError(PolicyError):
    """What a command cannot do, as a phrase with its places."""
