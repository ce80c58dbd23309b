"""`jimin policy replay` for a file of decisions: each version by the policy that made it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from jimin.engine.rules.language import Counted
from jimin.policies import benefit_of, load_policy, policy_names
from jimin.policies.decisions import Replayed, replay, versions_in
from jimin.policies.packed import replay_packed, version_in
from jimin.project.commands.languages import RefusedError, spoken


def replay_decisions(path: Path, packs: Sequence[Path], code: str = "zh") -> list[Replayed]:
    """Computes every row again; a version that is neither installed nor kept is refused."""
    if not path.is_file():
        raise RefusedError("没有文件“{file}”；请核对文件名。", file=str(path))
    kept = {version_in(pack): pack for pack in _files(packs)}
    ours = {(name, load_policy(name).version) for name in policy_names()}
    wanted = versions_in(path)
    for name, version in wanted:
        if (name, version) not in ours and (name, version) not in kept:
            raise RefusedError(
                "“{file}”里有政策 {name} 版本 {version} 作出的决定，本程序里的是 {now}；"
                "请用 --pack 给出发布时存下的政策包（{name}-{version}.zip）。",
                file=path.name,
                name=name,
                version=version,
                now=tuple(f"{policy} {known}" for policy, known in sorted(ours)),
            )
    found: list[Replayed] = []
    for name, version in wanted:
        if (name, version) in ours:
            found.extend(replay(path, load_policy(name), code))
        else:
            found.extend(replay_packed(kept[name, version], path, code))
    return found


def _files(packs: Sequence[Path]) -> Iterator[Path]:
    for pack in packs:
        if not pack.exists():
            raise RefusedError("没有政策包“{pack}”；请核对 --pack。", pack=str(pack))
        yield from sorted(pack.glob("*.zip")) if pack.is_dir() else (pack,)


def print_replayed(console: Console, runs: Sequence[Replayed], code: str = "zh") -> None:
    for run in runs:
        language = spoken(run.policy, code)
        verdict = (
            language.say("有 {count} 户不同", count=Counted(run.differing))
            if run.differing
            else language.text("结果全部一致")
        )
        told = language.say(
            "{policy} · {benefit} · {month} · 政策版本 {version}："
            "复算 {compared} 户（其中 {exact} 户逐户复核），{verdict}。",
            policy=language.text(run.label),
            benefit=language.text(benefit_of(run.benefit).label),
            month=run.month,
            version=run.version,
            compared=Counted(run.compared),
            exact=run.exact,
            verdict=verdict,
        )
        console.print(told, highlight=False, markup=False, soft_wrap=True)
        for line in run.differences:
            console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
        if run.differing > len(run.differences):
            rest = Counted(run.differing - len(run.differences))
            console.print(
                language.say("还有 {count} 户不同，没有列出。", count=rest),
                style="red",
                highlight=False,
            )
    if not runs:
        console.print(spoken("", code).text("决定文件里没有一行。"), highlight=False)
