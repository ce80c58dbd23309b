"""The access matrix: one YAML file says what each role may do. What it does not say is refused.

A *subject* is a record type (`people.person`), a procedure (`dibao`) or a page (`page.dashboard`);
a *verb* is `view`, `add`, `change`, `import`, `export`, `unmask`, an action or a step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ..declared import read_declared


class MatrixError(ValueError):
    """The access file is wrong; the message names the role and what to change."""


@dataclass(frozen=True)
class Role:
    name: str
    label: str
    level: str
    grants: Mapping[str, frozenset[str]]
    incompatible: frozenset[str] = frozenset()
    second_factor: bool = False

    def allows(self, verb: str, subject: str) -> bool:
        return verb in self.grants.get(subject, frozenset())


@dataclass(frozen=True)
class Matrix:
    roles: Mapping[str, Role]

    def subjects(self) -> list[str]:
        return sorted({subject for role in self.roles.values() for subject in role.grants})

    def allowing(self, verb: str, subject: str) -> list[Role]:
        return [role for role in self.roles.values() if role.allows(verb, subject)]


def read(path: Path) -> Matrix:
    data: Any = read_declared(path)
    roles = {}
    for name, entry in data["roles"].items():
        unknown = set(entry) - {"label", "level", "grants", "incompatible", "second_factor"}
        if unknown:
            raise MatrixError(f"{path.name}: role {name} has unknown keys {sorted(unknown)}")
        grants = {}
        for subject, verbs in entry["grants"].items():
            if not isinstance(verbs, list) or not all(isinstance(verb, str) for verb in verbs):
                raise MatrixError(f"{path.name}: role {name}, {subject}: write the verbs as a list")
            grants[subject] = frozenset(verbs)
        second_factor = entry.get("second_factor", False)
        if not isinstance(second_factor, bool):
            raise MatrixError(f"{path.name}: role {name}, second_factor: write true or false")
        roles[name] = Role(
            name,
            entry["label"],
            entry["level"],
            grants,
            frozenset(entry.get("incompatible", [])),
            second_factor,
        )
    for role in roles.values():
        if missing := role.incompatible - set(roles):
            raise MatrixError(
                f"{path.name}: role {role.name} names unknown roles {sorted(missing)}"
            )
    return Matrix(roles)


@cache
def matrix() -> Matrix:
    return read(Path(settings.ACCESS_FILE))
