"""`jimin administrator`: the first user of a new installation, who registers all others."""

import os

import click


@click.command(short_help="登记第一位系统管理员")
@click.argument("username")
@click.option("--name", prompt="姓名", help="姓名")
@click.option("--area", default="220200000000", show_default=True, help="岗位所在区划的代码")
@click.password_option(
    prompt="临时密码（登录后须换成自己的）", confirmation_prompt="再输入一次", help="临时密码"
)
def administrator(username: str, name: str, area: str, password: str) -> None:
    """登记系统管理员 USERNAME，用于新装的系统；其他用户由管理员在“用户”页登记。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from django.core.exceptions import ValidationError
    from django.db import transaction
    from django.utils import timezone

    from jimin.foundation.access import accounts
    from jimin.foundation.access.models import Post
    from jimin.foundation.access.scope import System, acting_as
    from jimin.kernel.areas.models import Area
    from jimin.kernel.areas.services import load_divisions

    installer = System("命令行 jimin administrator")
    role = "administrator"
    if any(post.is_in_force and post.user.is_active for post in Post.objects.filter(role=role)):
        raise click.ClickException("已有系统管理员；请由其在“用户”页登记其他管理员。")
    try:
        with acting_as(installer), transaction.atomic():
            if not Area.objects.exists():
                load_divisions()
            if not Area.objects.filter(code=area).exists():
                raise click.ClickException(f"没有代码为 {area} 的区划；请核对 --area。")
            user = accounts.add_user(
                actor=installer, username=username, name=name, password=password
            )
            accounts.hold_post(
                actor=installer, user=user, role=role, area=area, valid_from=timezone.localdate()
            )
    except ValidationError as error:
        raise click.ClickException("".join(error.messages)) from error
    click.echo(f"已登记系统管理员 {username}。首次登录须更换密码并绑定动态口令。")
