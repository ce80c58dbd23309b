"""The file of a backup: a tar with a manifest that says what is in it, to the byte.

Plain Python: what is packed and where it goes is the caller's business. Reading checks every
byte before anything is put anywhere.
"""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


class DamagedError(ValueError):
    """The file is not whole; the sentence says what is wrong with it."""


def pack(file: Path, parts: Iterator[tuple[str, Path]], facts: dict[str, Any]) -> int:
    """Write the parts and, at the end, the manifest; all or nothing. Returns how many parts.

    A part that is deleted before its turn comes is not among them.
    """
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    listed = []
    try:
        with tarfile.open(draft, "w:gz", compresslevel=3) as tar:
            for name, path in parts:
                with suppress(FileNotFoundError), path.open("rb") as source:
                    listed.append(_add(tar, name, source))
            text = json.dumps(
                {"format": FORMAT, **facts, "parts": listed}, ensure_ascii=False, indent=1
            )
            content = text.encode()
            told = tarfile.TarInfo(MANIFEST)
            told.size, told.mode = len(content), 0o600
            tar.addfile(told, io.BytesIO(content))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return len(listed)


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """The manifest, after every part was written into the folder and found as it was packed."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(file, "r:gz") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isfile() else None
                if source is None or not _is_inside(member.name):
                    raise DamagedError(f"备份里有不该有的内容：{member.name}。")
                if member.name == MANIFEST:
                    manifest = json.loads(source.read())
                    continue
                found[member.name] = _copy(source, folder / member.name, member.name)
            while tar.fileobj is not None and tar.fileobj.read(CHUNK):
                pass  # to the checksum at the very end
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, DamagedError | FileNotFoundError | PermissionError):
            raise
        raise DamagedError(f"{file.name} 读到一半就断了，或不是备份文件。") from error
    if manifest is None:
        raise DamagedError(f"{file.name} 没有写完：缺少清单。")
    if manifest.get("format") != FORMAT:
        raise DamagedError(f"{file.name} 的格式 {manifest.get('format')} 不认识；请用更新的版本。")
    _compare(manifest["parts"], found)
    return manifest


def _add(tar: tarfile.TarFile, name: str, source: BinaryIO) -> dict[str, Any]:
    told, state = tarfile.TarInfo(name), os.fstat(source.fileno())
    told.size, told.mode, told.mtime = state.st_size, 0o600, int(state.st_mtime)
    hashing = _Hashing(source)
    tar.addfile(told, hashing)
    return {"name": name, "size": told.size, "sha256": hashing.digest.hexdigest()}


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, source: Any) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self.source.read(size)
        self.digest.update(chunk)
        return chunk


def _copy(source: Any, target: Path, name: str) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    hashing, size = _Hashing(source), 0
    with target.open("wb") as out:
        while chunk := hashing.read(CHUNK):
            size += out.write(chunk)
    return {"name": name, "size": size, "sha256": hashing.digest.hexdigest()}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _compare(listed: list[dict[str, Any]], found: dict[str, dict[str, Any]]) -> None:
    for part in listed:
        if part["name"] not in found:
            raise DamagedError(f"备份里少了 {part['name']}。")
        if found.pop(part["name"]) != part:
            raise DamagedError(f"备份里的 {part['name']} 与清单不符，已损坏或被改动。")
    if found:
        raise DamagedError(f"备份里多出了清单没有的 {sorted(found)[0]}。")
