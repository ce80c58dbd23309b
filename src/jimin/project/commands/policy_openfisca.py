"""What `jimin policy openfisca` finds in a country package of OpenFisca, and how it is told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from rich.console import Console

from jimin.engine.rules import PolicyError
from jimin.engine.rules.openfisca import (
    DIFFERENT,
    SAME,
    UNMAPPED,
    Correspondence,
    Figures,
    Gap,
    Situation,
    System,
    Trial,
    UnreadTest,
    read_figures,
    read_situations,
    read_system,
    run,
    written,
)


@dataclass(frozen=True, slots=True)
class Survey:
    """`trials` is empty where no rules of ours were named to compare with."""

    folder: Path
    figures: Figures
    system: System
    tests: tuple[Situation | UnreadTest, ...]
    trials: tuple[Trial, ...]

    @property
    def different(self) -> bool:
        return any(trial.outcome == DIFFERENT for trial in self.trials)

    def parameter_file(self) -> str:
        return written(self.figures.parameters)


def survey_of(folder: Path, units: Iterable[str], ours: Correspondence | None) -> Survey:
    """Reads a package, or a repository that holds one."""
    package = _package(folder)
    system = read_system(package)
    tests = package / "tests"
    found = tuple(read_situations(tests, system)) if tests.is_dir() else ()
    return Survey(
        package,
        read_figures(package / "parameters", units=dict(map(_unit, units))),
        system,
        found,
        tuple(run(ours, test) for test in found) if ours is not None else (),
    )


def correspondence_at(place: str) -> Correspondence:
    """What a function of a module, written `module:function`, says of our rules."""
    module, _, name = place.partition(":")
    try:
        made = getattr(import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as wrong:
        raise PolicyError(f"--against“{place}”找不到：请写成 模块:函数。（{wrong}）") from wrong
    if not isinstance(made, Correspondence):
        raise PolicyError(f"--against“{place}”给出的不是 Correspondence，请核对。")
    return made


def print_survey(console: Console, found: Survey) -> None:
    """Counts first, then one line for everything that has no counterpart."""

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    say(f"OpenFisca 国家包 {found.folder}")
    read, lost = len(found.figures.figures), found.figures.gaps
    say(f"参数：读入 {read} 个，没有对应 {len(lost)} 个。")
    _list(say, lost)
    entities = "、".join(
        f"{one.key}（{'、'.join(role.key for role in one.roles) or '个人'}）"
        for one in found.system.entities.values()
    )
    say(f"实体：{entities or '没有找到'}。")
    variables = found.system.variables.values()
    blocked = [one for one in variables if any(gap.blocks for gap in one.gaps)]
    other = [one for one in variables if one.gaps and one not in blocked]
    plain = len(variables) - len(blocked) - len(other)
    say(
        f"变量：可以照写 {plain} 个，须换写法 {len(other)} 个，没有对应 {len(blocked)} 个；"
        "默认值不采用，没有填写的是未知。"
    )
    _list(say, (*found.system.gaps, *(gap for one in (*other, *blocked) for gap in one.gaps)))
    unread = [test for test in found.tests if isinstance(test, UnreadTest)]
    say(f"测试：能读 {len(found.tests) - len(unread)} 个，不能读 {len(unread)} 个。")
    for test in unread:
        say(f"  {test.place}：{test.why}")
    if found.trials:
        counts = [
            sum(t.outcome == one for t in found.trials) for one in (SAME, DIFFERENT, UNMAPPED)
        ]
        say("用我们的规则运行：结果相同 {} 个，不同 {} 个，没有对应 {} 个。".format(*counts))
        for trial in found.trials:
            if not isinstance(trial.situation, UnreadTest):
                for line in trial.lines:
                    say(f"  {trial.situation.place}：{line}")


def _list(say: Callable[[str], None], gaps: Sequence[Gap]) -> None:
    for gap in gaps:
        say(f"  {gap.where}：{'' if gap.blocks else '（换写法）'}{gap.why}")


def _package(folder: Path) -> Path:
    if not folder.is_dir():
        raise PolicyError(f"没有 {folder} 这个文件夹，请给出 OpenFisca 国家包的位置。")
    inside = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found = [path for path in inside if (path / "parameters").is_dir()]
    if not found:
        raise PolicyError(f"{folder} 里没有 parameters 文件夹，不是 OpenFisca 国家包。")
    return found[0]


def _unit(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.rpartition("=")
    if not equals or not theirs:
        raise PolicyError(f"--unit“{text}”看不懂：请写成 currency-EUR=元/月。")
    return theirs, ours
