"""What an OpenFisca system declares, read from its source without running it.

Entities with their roles, variables with type, period, default and formulas: enough to know what
a test means, and to say which formulas our vocabulary can express.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ..errors import PolicyError
from .formulas import formula_gaps
from .gaps import Gap

TYPES: Final = ("float", "int", "bool", "str", "date", "Enum")
PERIODS: Final = ("MONTH", "YEAR", "ETERNITY")
DEFAULTS: Final = {"float": "0", "int": "0", "bool": "false", "str": "", "date": "1970-01-01"}


@dataclass(frozen=True, slots=True)
class Role:
    key: str
    plural: str


@dataclass(frozen=True, slots=True)
class Entity:
    key: str
    plural: str
    label: str
    is_person: bool
    roles: tuple[Role, ...]

    def role(self, plural: str) -> str | None:
        """The key of the role a situation names by its plural."""
        return next((role.key for role in self.roles if plural in (role.plural, role.key)), None)


@dataclass(frozen=True, slots=True)
class Variable:
    """`default` and `choices` are texts, as tests write them; `spread` says what becomes of a
    value given for a year: "divide", "dispatch" or "".
    """

    name: str
    label: str
    value_type: str
    entity: str
    period: str
    default: str
    choices: tuple[str, ...]
    spread: str
    formulas: tuple[str, ...]
    end: str
    file: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class System:
    entities: Mapping[str, Entity] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    reforms: Mapping[str, Mapping[str, Variable]] = field(default_factory=dict)

    def under(self, reforms: Iterable[str]) -> System:
        """With the variables that reforms declare, each named as `package.reforms.file.name`."""
        variables = dict(self.variables)
        for reform in reforms:
            module = reform.rpartition(".")[0]
            for name, declared in self.reforms.items():
                if module == name or module.endswith(f".{name}"):
                    variables.update(declared)
        return replace(self, variables=variables)

    @property
    def person(self) -> Entity:
        found = next((entity for entity in self.entities.values() if entity.is_person), None)
        if found is None:
            raise PolicyError("没有找到 is_person=True 的实体（entities.py），无法阅读测试。")
        return found

    @property
    def groups(self) -> tuple[Entity, ...]:
        return tuple(entity for entity in self.entities.values() if not entity.is_person)

    def entity(self, word: str) -> Entity | None:
        """The entity a test calls by its singular or plural."""
        return next((one for one in self.entities.values() if word in (one.key, one.plural)), None)


def read_system(folder: Path) -> System:
    """The entities and variables below a folder, those of reforms apart."""
    if not folder.is_dir():
        raise PolicyError(f"没有 {folder} 这个文件夹，请给出 OpenFisca 国家包的位置。")
    modules = {
        path.relative_to(folder): _parsed(path)
        for path in sorted(folder.rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts
    }
    entities: dict[str, Entity] = {}
    called: dict[str, str] = {}
    gaps: list[Gap] = []
    choices: dict[str, tuple[str, ...]] = {}
    for file, module in modules.items():
        for name, call in _entity_calls(module):
            entity = _entity(file.as_posix(), call, gaps)
            if entity is not None:
                entities[entity.key] = entity
                called[name] = entity.key
        choices.update(_enums(module))
    groups = [entity.key for entity in entities.values() if not entity.is_person]
    if len(groups) > 1:
        why = f"有几种组（{'、'.join(groups)}）：一本规则只有一种组，请分成几本"
        gaps.append(Gap("entities", why, blocks=False))
    variables: dict[str, Variable] = {}
    reforms: dict[str, dict[str, Variable]] = {}
    for file, module in modules.items():
        into = variables
        if "reforms" in file.parts:
            into = reforms.setdefault(".".join(file.with_suffix("").parts), {})
        for body in _classes(module, "Variable"):
            variable = _variable(file.as_posix(), body, called, choices)
            if variable.name in into:
                gaps.append(Gap(variable.name, f"在 {into[variable.name].file} 里已经有了"))
            into[variable.name] = variable
    return System(entities, variables, tuple(gaps), reforms)


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as wrong:
        raise PolicyError(f"{path.name} 不是能读的 Python 文件：{wrong}。") from wrong


def _entity_calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _called(
                call.func
            ) in ("build_entity", "Entity", "GroupEntity"):
                yield name, call


def _entity(file: str, call: ast.Call, gaps: list[Gap]) -> Entity | None:
    given = {word.arg: word.value for word in call.keywords if word.arg}
    key, plural = _text(given.get("key")), _text(given.get("plural"))
    if not key or not plural:
        gaps.append(Gap(file, "实体的 key 或 plural 不是写明的文字，读不出来"))
        return None
    roles: list[Role] = []
    written = given.get("roles")
    for one in written.elts if isinstance(written, ast.List) else []:
        role = _literal(one)
        if isinstance(role, dict) and role.get("key"):
            roles.append(Role(role["key"], role.get("plural") or role["key"]))
        else:
            gaps.append(Gap(key, "有一种角色不是写明的，读不出来"))
    is_person = _literal(given.get("is_person")) is True
    return Entity(key, plural, _text(given.get("label")) or key, is_person, tuple(roles))


def _classes(module: ast.Module, base: str) -> Iterator[ast.ClassDef]:
    for node in module.body:
        if isinstance(node, ast.ClassDef) and any(_called(one) == base for one in node.bases):
            yield node


def _enums(module: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for body in _classes(module, "Enum"):
        yield body.name, tuple(name for name in _assigned(body) if not name.startswith("_"))


def _assigned(body: ast.ClassDef) -> dict[str, ast.expr]:
    return {
        node.targets[0].id: node.value
        for node in body.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _variable(
    file: str,
    body: ast.ClassDef,
    entities: Mapping[str, str],
    enums: Mapping[str, tuple[str, ...]],
) -> Variable:
    given = _assigned(body)
    gaps: list[Gap] = []
    value_type = _called(given.get("value_type"))
    period = _called(given.get("definition_period"))
    if value_type == "str":
        gaps.append(Gap(body.name, "文字值：规则只算数、是非、选项、日期和月份"))
    elif value_type not in TYPES:
        gaps.append(Gap(body.name, f"不认识类型 {value_type or '（没有写）'}"))
    if period == "YEAR":
        gaps.append(Gap(body.name, "按年定义：以一月核定，事实取一月的", blocks=False))
    elif period not in PERIODS:
        gaps.append(Gap(body.name, f"按 {period or '（没有写）'} 定义：我们只按月核定"))
    choices = enums.get(_called(given.get("possible_values")), ())
    formulas = [
        node
        for node in body.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("formula")
    ]
    gaps.extend(gap for one in formulas for gap in formula_gaps(body.name, one))
    entity = _called(given.get("entity"))
    spread = _called(given.get("set_input"))
    return Variable(
        name=body.name,
        label=_text(given.get("label")) or body.name,
        value_type=value_type,
        entity=entities.get(entity, entity),
        period=period,
        default=_default(given.get("default_value"), value_type),
        choices=choices,
        spread=next((how for how in ("divide", "dispatch") if how in spread), ""),
        formulas=tuple(one.name.removeprefix("formula").strip("_") for one in formulas),
        end=_text(given.get("end")) or "",
        file=file,
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _default(node: ast.expr | None, value_type: str) -> str:
    match node:
        case None:
            return DEFAULTS.get(value_type, "")
        case ast.Attribute(attr=name):
            return name
        case ast.Call(args=[*parts]) if _called(node) == "date":
            year, month, day = (int(str(_literal(part))) for part in parts)
            return f"{year:04d}-{month:02d}-{day:02d}"
    value = _literal(node)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _called(node: ast.expr | None) -> str:
    """The last name of what is named: `periods.MONTH` is MONTH."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call():
            return _called(node.func)
    return ""


def _literal(node: ast.expr | None) -> object:
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:
        return None


def _text(node: ast.expr | None) -> str | None:
    value = _literal(node)
    return value.strip() if isinstance(value, str) else None
