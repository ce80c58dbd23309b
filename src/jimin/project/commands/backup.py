"""`jimin backup` and `jimin restore`: the database and the attachments as one checked file."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


@click.command(short_help="备份数据库和附件")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """把数据库和附件备份到 FILE，服务不必停。

    密钥（keys.json）不在其中：没有它，备份里的身份号码等打不开，请另外保存。
    """
    _django()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from jimin.foundation.sealed.fields import keys
    from jimin.project import databases
    from jimin.project.archive import pack

    if file.exists():
        raise click.ClickException(f"{file} 已经存在。请换一个文件名。")
    if databases.is_empty():
        raise click.ClickException("数据库是空的，没有可以备份的内容。")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        copy = Path(folder) / databases.file_name()
        taken = databases.take_out(copy)
        facts = {
            "made_at": timezone.localtime().isoformat(),
            "engine": connection.vendor,
            "migrations": taken.migrations,
            "audit": {"count": taken.audit_count, "head": taken.audit_head},
            "keys": {"digest": keys().digest_of("backup"), "sealing": sorted(keys().sealing)},
        }
        # A file is there before the row that names it: read after the database.
        count = pack(file, _parts(copy, Path(settings.MEDIA_ROOT)), facts)
    click.echo(f"已备份到 {file}（{file.stat().st_size / 1e6:.1f} MB，附件 {count - 1} 个）。")
    click.echo(f"留痕共 {taken.audit_count} 条，末尾哈希：{taken.audit_head}")
    click.echo(f"请把 {settings.KEYS_FILE} 另外保存，不要与备份放在一起。")


@click.command(short_help="从备份恢复到空的数据库")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """把 FILE 恢复到空的数据库（由 DATABASE_URL 指定）和空的附件文件夹。

    先核对备份的每一部分，恢复后核对留痕链；已有内容一概不覆盖。
    """
    _django()
    from django.conf import settings

    from jimin.project import databases
    from jimin.project.archive import DamagedError, unpack

    media = Path(settings.MEDIA_ROOT)
    if not databases.is_empty():
        raise click.ClickException(
            "数据库里已有内容，不能覆盖。请用 DATABASE_URL 指定一个空的数据库再恢复。"
        )
    if media.is_dir() and any(media.iterdir()):
        raise click.ClickException(f"附件文件夹 {media} 里已有内容。请先移到别处。")
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restore-") as name:
        folder = Path(name)
        try:
            manifest = unpack(file, folder)
        except DamagedError as error:
            raise click.ClickException(f"{error}没有恢复任何内容。") from error
        _check(manifest)
        databases.put_in(folder / databases.file_name())
        (folder / "files").mkdir(exist_ok=True)
        if media.is_dir():
            media.rmdir()
        (folder / "files").rename(media)
    _finish(manifest)


def _parts(database: Path, media: Path) -> Iterator[tuple[str, Path]]:
    """The database, and all files but those that jobs at work have opened for themselves."""
    from jimin.foundation.jobs.run import WORK

    yield database.name, database
    for name, folders, files in os.walk(media):
        folder = Path(name)
        folders[:] = sorted(each for each in folders if folder / each != media / WORK)
        for path in sorted(folder / each for each in files):
            yield f"files/{path.relative_to(media).as_posix()}", path


def _check(manifest: dict[str, Any]) -> None:
    """What would make the restored data of no use, said before anything is written."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from jimin.foundation.sealed.fields import keys

    if manifest["engine"] != connection.vendor:
        raise click.ClickException(
            f"备份来自 {manifest['engine']}，现在的数据库是 {connection.vendor}。"
            "请用 DATABASE_URL 指定同一种数据库。"
        )
    held = keys()
    missing = set(manifest["keys"]["sealing"]) - set(held.sealing)
    if missing or manifest["keys"]["digest"] != held.digest_of("backup"):
        raise click.ClickException(
            "现在的 keys.json 不是这份备份的密钥，恢复后身份号码等打不开。"
            "请先把当时保存的 keys.json 放到数据文件夹（JIMIN_VAR）里。"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := [name for name in manifest["migrations"] if name not in known]:
        raise click.ClickException(f"备份来自更新的版本（{newer[0]}）。请先升级程序。")


def _finish(manifest: dict[str, Any]) -> None:
    """Bring the tables and triggers up to date and walk the whole chain."""
    from django.core.management import call_command
    from django.db import connection

    from jimin.foundation.audit.protection import is_protected
    from jimin.foundation.audit.verify import walk

    call_command("migrate", verbosity=0, interactive=False)
    head: str = manifest["audit"]["head"]
    found = walk(noted=head)
    if found.fault or found.count - found.after_head != manifest["audit"]["count"]:
        raise click.ClickException(
            f"留痕链核对不符：{found.fault or found.count}。备份时的数据库已被改动，请勿使用。"
        )
    if not is_protected(connection):
        raise click.ClickException("数据库没有禁止改动留痕的触发器，请勿使用，并查明原因。")
    click.echo(f"已恢复 {manifest['made_at'][:16]} 的备份；留痕链完好，共 {found.count} 条。")


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
