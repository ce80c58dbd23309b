"""A policy kept as a file, so that what it decided can be computed again after it has changed.

A pack holds the rules, figures and cases of one version. Its version is computed from what it
holds, never read from its name. The modules of a policy have one name in a process, so a kept
version runs in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import jimin.policies as here
from jimin.engine.rules import PolicyError

from . import decisions, figures, languages

PATTERNS: Final = ("*.py", "parameters/*.yaml", "cases/*.yaml", "english/*.yaml")
LARGEST: Final = 20_000_000  # bytes of one file in a pack
WHEN: Final = (2000, 1, 1, 0, 0, 0)  # the same bytes for the same version
FAILED: Final = 2


def write_pack(policy: here.Policy, out: Path | IO[bytes]) -> None:
    """Keeps a policy as this program has it."""
    with ZipFile(out, "w", ZIP_DEFLATED) as pack:
        for place, path in _files(here.HERE, policy.name):
            pack.writestr(ZipInfo(place, WHEN), path.read_bytes(), ZIP_DEFLATED)


def pack_name(policy: here.Policy) -> str:
    return f"{policy.name}-{policy.version}.zip"


@contextmanager
def unpacked(pack: Path) -> Iterator[tuple[Path, str, str]]:
    """The folder of a pack's files, and the name and version of the policy in it."""
    wrong = PolicyError("“{file}”不是 jimin policy pack 写出的政策包；请核对文件。", file=pack.name)
    with TemporaryDirectory(prefix="jimin-") as temporary:
        folder = Path(temporary)
        try:
            with ZipFile(pack) as opened:
                for info in opened.infolist():
                    if not _is_ours(info):
                        raise wrong
                opened.extractall(folder)
        except BadZipFile as error:
            raise wrong from error
        names = [path.name for path in folder.iterdir() if path.name != "national"]
        if len(names) != 1 or not (folder / "national").is_dir():
            raise wrong
        yield folder, names[0], here.content_hash(folder / "national", folder / names[0])


def version_in(pack: Path) -> tuple[str, str]:
    """The name of the policy in a pack, and its version as computed from its files."""
    with unpacked(pack) as (_, name, version):
        return name, version


def replay_packed(pack: Path, file: Path, code: str = "zh") -> list[decisions.Replayed]:
    """What a kept version decided in a file, computed again by that version."""
    command = [sys.executable, "-m", "jimin.policies.packed", str(pack), str(file), code]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode == FAILED:
        raise PolicyError(json.loads(ended.stdout)["error"])
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["？"])[-1]
        raise PolicyError("政策包“{file}”不能由本程序运行：{why}", file=pack.name, why=last)
    found: list[Mapping[str, Any]] = json.loads(ended.stdout)
    return [decisions.Replayed(**one) for one in found]


def _files(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for part in ("national", name):
        for path in sorted(path for p in PATTERNS for path in (folder / part).glob(p)):
            yield path.relative_to(folder).as_posix(), path


def _is_ours(info: ZipInfo) -> bool:
    """Only what the version is computed from, and the cases; nothing outside the folder."""
    place = PurePosixPath(info.filename)
    known = any(
        place.match(f"*/{pattern}") and len(place.parts) == 2 + pattern.count("/")
        for pattern in PATTERNS
    )
    return known and not place.is_absolute() and info.file_size <= LARGEST


def stand_in(folder: Path) -> None:
    """From here on this process finds the policies of a folder instead of those installed."""
    here.__path__.insert(0, str(folder))
    here.HERE = figures.HERE = languages.HERE = folder  # type: ignore[misc]


def main(pack: Path, file: Path, code: str) -> int:
    try:
        with unpacked(pack) as (folder, name, _):
            stand_in(folder)
            found = decisions.replay(file, here.load_policy(name), code)
    except PolicyError as error:
        print(json.dumps({"error": error.told(languages.language_of("", code))}))
        return FAILED
    print(json.dumps([one.as_json() for one in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
