"""`jimin audit`: is the history what was written?"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

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
@click.argument("county")
@click.argument("month")
@click.option(
    "--pack", "packs", type=click.Path(path_type=Path), multiple=True,
    help="发布时存下的政策包，或存放它们的文件夹；可写多次",
)  # fmt: skip
def month(county: str, month: str, packs: tuple[Path, ...]) -> None:
    """复算一个县一个月的核定：COUNTY 是县（市、区）代码，MONTH 如 2016-06。

    底册密封存放，只在复算时解封，用后即删。有一户不同，退出码就是 1。
    """
    from rich.console import Console

    from jimin.domains.assistance.models import MonthRun
    from jimin.foundation.sealed.rules import SealBroken, sm3
    from jimin.project.commands.assess import refusals
    from jimin.project.commands.languages import RefusedError
    from jimin.project.commands.policy_decisions import print_replayed, replay_decisions

    with refusals(), TemporaryDirectory() as folder:
        runs = MonthRun._base_manager.filter(area_id=county.ljust(12, "0"))
        run = next((run for run in runs if f"{run.month:%Y-%m}" == month), None)
        if run is None:
            raise RefusedError(
                "{county} 没有 {month} 的核定；请核对区划代码和月份。", county=county, month=month
            )
        try:
            content = run.read_books()
        except (SealBroken, OSError) as error:
            raise RefusedError("底册打不开，可能被改动、删去，或缺少密钥；请查明。") from error
        if sm3(content) != run.sm3:
            raise RefusedError("底册与核定时不一致；请查明。")
        books = Path(folder) / "books.parquet"
        books.write_bytes(content)
        found = replay_decisions(books, packs)
    print_replayed(Console(), found)
    if any(one.differing for one in found):
        sys.exit(BROKEN)


@audit.command()
@click.argument("name")
def role(name: str) -> None:
    """打印授权语句：数据库所有者执行后，服务所用的角色 NAME 只能增加留痕。

    只用于 PostgreSQL。服务用这个角色连接，升级时的迁移由所有者执行。
    """
    from jimin.foundation.audit.protection import statements_for_role

    for statement in statements_for_role(name):
        click.echo(f"{statement};")
