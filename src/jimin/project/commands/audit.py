"""`jimin audit`: is the history what was written?"""

import os
import sys

import click

BROKEN = 1


@click.group(short_help="核对留痕链")
def audit() -> None:
    """留痕只增不改，每条带有上一条的 SM3 哈希。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()


@audit.command()
@click.option("--head", "noted", default="", help="以前用 jimin audit head 记下的末尾哈希")
def verify(noted: str) -> None:
    """逐条核对留痕链，指出第一处断裂。

    退出码：0 完好；1 有断裂、末尾被截去，或数据库的保护触发器不在。
    """
    from django.db import connection

    from jimin.foundation.audit.protection import is_protected
    from jimin.foundation.audit.verify import walk

    noted = noted.strip().lower()
    if noted and (len(noted) != 64 or not set(noted) <= set("0123456789abcdef")):
        raise click.BadParameter("应为 64 位十六进制数，即 jimin audit head 打印的哈希。")
    found = walk(noted=noted, tell=lambda n: click.echo(f"已核对 {n} 条……", err=True))
    if found.fault:
        click.echo(f"{found.fault}之前的 {found.count} 条完好。" if not noted else found.fault)
        sys.exit(BROKEN)
    after = f"，其中 {found.after_head} 条写于所记末尾之后" if noted else ""
    click.echo(f"留痕链完好，共 {found.count} 条{after}。")
    if not is_protected(connection):
        click.echo("数据库没有禁止改动留痕的触发器。请运行 jimin manage migrate 补上，并查明原因。")
        sys.exit(BROKEN)


@audit.command()
def head() -> None:
    """打印留痕链的末尾，抄存到别处；以后用 verify --head 能发现末尾被截去。"""
    from django.utils import timezone

    from jimin.foundation.audit.verify import head as end

    last = end()
    at = f"{timezone.localtime(last.at):%Y-%m-%d %H:%M:%S}" if last.at else "尚无留痕"
    click.echo(f"条数：{last.count}\n末尾时间：{at}\n末尾哈希：{last.hash}")


@audit.command()
@click.argument("name")
def role(name: str) -> None:
    """打印授权语句：数据库所有者执行后，服务所用的角色 NAME 只能增加留痕。

    只用于 PostgreSQL。服务用这个角色连接，升级时的迁移由所有者执行。
    """
    from jimin.foundation.audit.protection import statements_for_role

    for statement in statements_for_role(name):
        click.echo(f"{statement};")
