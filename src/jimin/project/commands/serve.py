"""Starting the server, the demo, and Django's own management commands."""

import os

import click


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()


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
