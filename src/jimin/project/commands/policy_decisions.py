"""`jimin policy replay` for a file of decisions: each version by the policy that made it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from jimin.foundation.tables import UnusableError
from jimin.policies import benefit_of, load_policy, policy_names
from jimin.policies.decisions import Replayed, replay, versions_in
from jimin.policies.packed import replay_packed, version_in


def replay_decisions(path: Path, packs: Sequence[Path]) -> list[Replayed]:
    """Computes every row again; a version that is neither installed nor kept is refused."""
    if not path.is_file():
        raise UnusableError(f"没有文件“{path}”；请核对文件名。")
    kept = {version_in(pack): pack for pack in _files(packs)}
    ours = {(name, load_policy(name).version) for name in policy_names()}
    wanted = versions_in(path)
    for name, version in wanted:
        if (name, version) not in ours and (name, version) not in kept:
            now = "、".join(f"{policy} {known}" for policy, known in sorted(ours))
            raise UnusableError(
                f"“{path.name}”里有政策 {name} 版本 {version} 作出的决定，"
                f"本程序里的是 {now}；请用 --pack 给出发布时存下的政策包（{name}-{version}.zip）。"
            )
    found: list[Replayed] = []
    for name, version in wanted:
        if (name, version) in ours:
            found.extend(replay(path, load_policy(name)))
        else:
            found.extend(replay_packed(kept[name, version], path))
    return found


def _files(packs: Sequence[Path]) -> Iterator[Path]:
    for pack in packs:
        if not pack.exists():
            raise UnusableError(f"没有政策包“{pack}”；请核对 --pack。")
        yield from sorted(pack.glob("*.zip")) if pack.is_dir() else (pack,)


def print_replayed(console: Console, runs: Sequence[Replayed]) -> None:
    for run in runs:
        label = benefit_of(run.benefit).label
        verdict = f"有 {run.differing} 户不同" if run.differing else "结果全部一致"
        console.print(
            f"{run.label} · {label} · {run.month} · 政策版本 {run.version}："
            f"复算 {run.compared} 户（其中 {run.exact} 户逐户复核），{verdict}。",
            highlight=False,
            soft_wrap=True,
        )
        for line in run.differences:
            console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
        if run.differing > len(run.differences):
            rest = run.differing - len(run.differences)
            console.print(f"还有 {rest} 户不同，没有列出。", style="red", highlight=False)
    if not runs:
        console.print("决定文件里没有一行。", highlight=False)
