"""Serves an explicit list of files out of node_modules; nothing else of a package is reachable."""

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage


class _Mount(FileSystemStorage):
    def __init__(self, prefix: str, folder: Path, patterns: list[str]) -> None:
        super().__init__(location=folder)
        self.prefix, self.patterns = prefix, patterns

    def served(self) -> Iterable[str]:
        root = Path(self.location)
        for pattern in self.patterns:
            yield from sorted(str(file.relative_to(root)) for file in root.glob(pattern))


class NodeAssetsFinder(BaseFinder):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.mounts = [
            _Mount(prefix, Path(settings.NODE_MODULES) / folder, patterns)
            for prefix, folder, patterns in settings.NODE_ASSETS
        ]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return [
            Error(
                f"{mount.location}: nothing matches {pattern!r}; run `make install`", id="ui.E001"
            )
            for mount in self.mounts
            for pattern in mount.patterns
            if not any(Path(mount.location).glob(pattern))
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        hits = [
            mount.path(name)
            for mount in self.mounts
            if path.startswith(f"{mount.prefix}/")
            and any(
                fnmatch(name := path.removeprefix(f"{mount.prefix}/"), p) for p in mount.patterns
            )
            and mount.exists(name)
        ]
        return hits if find_all else next(iter(hits), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for mount in self.mounts:
            for name in mount.served():
                if not matches_patterns(name, ignore_patterns or []):
                    yield name, mount
