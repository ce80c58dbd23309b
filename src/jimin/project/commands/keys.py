"""`jimin keys`: the keys of the sealed fields, their use and their rotation."""

import os
import sys
import time
from pathlib import Path

import click


@click.group(short_help="查看和更换密封字段的密钥")
def keys() -> None:
    """身份号码、电话、账号以 SM4-GCM 密封存放，密钥在数据库之外的 keys.json。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()


@keys.command()
def status() -> None:
    """各字段的值由哪一号密钥密封；有打不开的值时退出码为 1。"""
    from jimin.foundation.sealed.fields import keyring
    from jimin.foundation.sealed.rotation import sealed_columns

    held = keyring().look()
    numbers = "、".join(str(n) for n in sorted(held.sealing))
    click.echo(f"密钥：{numbers} 号，新写入的值用 {held.newest} 号。")
    is_lost = False
    for column in sealed_columns():
        for number, count in sorted(column.numbers().items()):
            is_known = number.isdecimal() and int(number) in held.sealing
            is_lost = is_lost or not is_known
            note = "" if is_known else "  没有这号密钥，打不开；请从备份找回 keys.json"
            click.echo(f"{column.label}  {number} 号  {count} 个值{note}")
    if is_lost:
        sys.exit(1)


@keys.command()
def rotate() -> None:
    """换用新密钥，并把已有的值全部重新密封。服务不必停，中断后再运行会接着做。"""
    from django.conf import settings

    from jimin.foundation.sealed.fields import keyring
    from jimin.foundation.sealed.keyring import LOOK_AGAIN, add_key
    from jimin.foundation.sealed.rotation import remaining, seal_again

    waiting = remaining()
    newest = keyring().look().newest
    if waiting and newest > 1:
        click.echo(f"上次更换没有做完，还有 {waiting} 个值；接着换成 {newest} 号密钥。")
    else:
        newest = add_key(Path(settings.KEYS_FILE))
        click.echo(f"已增加 {newest} 号密钥。请立即备份 {settings.KEYS_FILE}。")
    time.sleep(2 * LOOK_AGAIN)  # until every server seals under the new key
    begun = time.monotonic()
    total = seal_again(lambda label, done: click.echo(f"{label}  {done}", err=True))
    seconds = time.monotonic() - begun
    if left := remaining():
        raise click.ClickException(f"还有 {left} 个值由旧密钥密封；请再运行一次。")
    click.echo(f"已重新密封 {total} 个值，用时 {seconds:.1f} 秒。旧密钥仍保留，用于打开旧备份。")
