"""Putting the page of a policy together: a part of a page for the program, or a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jimin.engine.rules import Policy
from jimin.engine.rules.language import Language
from jimin.policies.benefits import benefit_of
from jimin.policies.languages import language_of

from .examples import CasesView, Examples
from .parameters import Parameters, ParameterView
from .rules import Edition, EditionView, editions_of

HERE: Final = Path(__file__).parent
STYLE: Final = HERE / "style" / "page.css"
PHRASES: Final = HERE / "english.yaml"


@dataclass(frozen=True, slots=True)
class ChapterView:
    """One benefit: its books, its parameters, its cases."""

    name: str
    label: str
    review: str
    editions: tuple[EditionView, ...]
    cases: tuple[CasesView, ...]
    parameters: tuple[ParameterView, ...]

    @property
    def examples(self) -> int:
        return sum(1 for parameter in self.parameters if parameter.has_example)


def whole_page(policy: Policy, code: str, benefit: str = "") -> str:
    """A policy, or one of its benefits, as an HTML file that needs nothing else."""
    names = (benefit,) if benefit else policy.benefits
    return _rendered("file.jinja", policy, code, names, style=STYLE.read_text("utf-8"))


def policy_body(policy: Policy, code: str) -> str:
    """A whole policy as a part of a page."""
    return _rendered("body.jinja", policy, code, policy.benefits)


def benefit_body(policy: Policy, benefit: str, code: str) -> str:
    """One benefit as a part of a page."""
    return _rendered("body.jinja", policy, code, (benefit,))


def chapter_of(policy: Policy, name: str, language: Language) -> ChapterView:
    """A benefit of a policy, gathered."""
    chosen, about = policy.benefit(name), benefit_of(name)
    editions, cases = [], []
    for number, (edition, since, until) in enumerate(editions_of(chosen), 1):
        editions.append(Edition(name, number, edition.book, about, language).view(since, until))
        cases.append(Examples(name, number, edition, chosen, language).view())
    return ChapterView(
        name,
        language.text(about.label),
        language.text(about.decision.review),
        tuple(editions),
        tuple(cases),
        tuple(Parameters(name, chosen, language).views()),
    )


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["safe_markup"] = Markup
    return found


def _rendered(template: str, policy: Policy, code: str, names: tuple[str, ...], **more: Any) -> str:
    language = language_of(policy.name, code, PHRASES)
    chapters = [chapter_of(policy, name, language) for name in names]
    return (
        _templates()
        .get_template(template)
        .render(
            policy=policy,
            language=language,
            t=language.text,
            say=language.say,
            joined=language.joined,
            chapters=chapters,
            **more,
        )
    )
