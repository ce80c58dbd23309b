"""Starting the server, the demo, and Django's own management commands."""

import os
import socket
import sys
from hashlib import sha256
from pathlib import Path

import click

WORKERS, THREADS = 2, 2


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django 管理命令，例如 `jimin manage migrate`。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["jimin manage", *arguments])


@click.command(short_help="启动服务")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口")
def serve(host: str, port: int) -> None:
    """用现有数据库启动服务。"""
    _check_port(host, port, "serve")
    _django()
    _prepare()
    from django.conf import settings

    from jimin.project.demo.load import loaded

    if loaded() and not settings.DEMO:
        raise click.ClickException(
            "这个数据库是演示数据，账号和密码是公开的，不能当正式系统启动。"
            "演示请用 make demo；正式使用请用 DATABASE_URL 指定另一个数据库。"
        )
    _run(host, port)


@click.command(short_help="装入演示城市并启动服务")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口")
@click.option(
    "--households",
    default=20_000,
    show_default=True,
    type=click.IntRange(100, 1_600_000),
    help="家庭户数，最多为全市约 160 万户",
)
@click.option("--no-serve", is_flag=True, help="只装入数据，不启动服务")
def demo(host: str, port: int, households: int, no_serve: bool) -> None:
    """装入演示城市（只装一次）并启动服务。"""
    if not no_serve:
        _check_port(host, port, "demo")
    os.environ["JIMIN_DEMO"] = "1"
    _django()
    _prepare()
    from jimin.project.demo.load import NotADemo, load, loaded

    if not loaded():
        click.echo(f"正在装入演示城市（{households} 户），只在第一次需要……")
    try:
        found = load(households, tell=click.echo)
    except NotADemo as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if found.households != households:
        click.echo(
            f"演示城市已经装入，共 {found.households} 户；"
            f"要改为 {households} 户，请先运行 make clean，或用 JIMIN_VAR 另指定数据目录。"
        )
    if not no_serve:
        _print_sign_ins(host, port)
        _run(host, port)


def _check_port(host: str, port: int, target: str) -> None:
    """Refuse a taken port now: two servers could share one and answer in turn."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise click.ClickException(f"没有地址 {host}。请检查 HOST=。") from error
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError as error:
            raise click.ClickException(
                f"没有权限使用端口 {port}。请换一个 1024 以上的端口：make {target} PORT=8001"
            ) from error
        except OSError as error:
            raise click.ClickException(
                f"{host} 的端口 {port} 不能使用，可能已被另一个程序占用。"
                f"请先停掉那个程序，或换一个端口：make {target} PORT={port + 1}"
            ) from error


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    # The same storage must name the files when they are collected and when they are served.
    os.environ.setdefault("JIMIN_HASHED_STATIC", "1")
    import django

    django.setup()


def _prepare() -> None:
    """Bring the database and the collected assets up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    _collect_static()


def _collect_static() -> None:
    """Hashing and compressing take seconds, so only when a file has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            found.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".collected"
    if mark.exists() and mark.read_text(encoding="ascii") == found.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(found.hexdigest(), encoding="ascii")


def _print_sign_ins(host: str, port: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from jimin.foundation.access.models import Post
    from jimin.project.demo.staff import PASSWORD

    console = Console()
    table = Table(title=f"演示账号，密码都是 {PASSWORD}", title_justify="left")
    for heading in ("登录名", "姓名", "岗位"):
        table.add_column(heading, no_wrap=True)
    posts = Post.objects.select_related("user", "area").order_by("user_id")
    for post in posts:
        # Of the nine counties, which are staffed alike, the first stands for all.
        if post.area_id[:6] in ("220200", "220202"):
            table.add_row(post.user.username, post.user.name, str(post))
    console.print(table)
    click.echo(
        "其他县（市、区）相同：longtan、chuanying、fengman、yongji、jiaohe、huadian、shulan、panshi"
        "，例如 yongji.officer。"
    )
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"\n  打开 http://{shown}:{port}   按 Ctrl-C 结束\n")


def _run(host: str, port: int) -> None:
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()  # the workers open their own
    sys.stdout.flush()
    from .worker import worker_beside

    server = Granian(
        "jimin.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    with worker_beside():
        server.serve()
