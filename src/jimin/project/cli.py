"""`jimin`, the command line. Each command is imported only when it is called."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any

import click

COMMANDS = {
    "assess": (
        "jimin.project.commands.assess:assess",
        "核定一个工作簿中的低保家庭，输出结果工作簿",
    ),
    "explain": ("jimin.project.commands.assess:explain", "在终端说明一户的核定过程"),
    "policy": ("jimin.project.commands.policy:policy", "查看、检查和比较政策，试算案例"),
    "plan": ("jimin.project.commands.plan:plan", "阅读工作要点文本：提纲、指标、文件"),
    "demo": ("jimin.project.commands.serve:demo", "装入演示城市并启动服务"),
    "serve": ("jimin.project.commands.serve:serve", "启动服务"),
    "worker": ("jimin.project.commands.worker:worker", "办理后台任务"),
    "administrator": (
        "jimin.project.commands.administrator:administrator",
        "登记第一位系统管理员",
    ),
    "audit": ("jimin.project.commands.audit:audit", "核对留痕链"),
    "keys": ("jimin.project.commands.keys:keys", "查看和更换密封字段的密钥"),
    "backup": ("jimin.project.commands.backup:backup", "备份数据库和附件"),
    "restore": ("jimin.project.commands.backup:restore", "从备份恢复到空的数据库"),
    "manage": ("jimin.project.commands.serve:manage", "Django 管理命令"),
}


class RefusedError(click.ClickException):
    """One sentence on the error stream, where click begins with its English "Error:"."""

    def __init__(self, message: str, lead: str = "错误：{told}") -> None:
        super().__init__(message)
        self.lead = lead

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.lead.format(told=self.message), file=file, err=True)


class WrongUseError(RefusedError):
    """A command line that cannot be understood."""

    exit_code = 2


class LazyGroup(click.Group):
    """Lists the commands by name and short help without importing them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            told = spoken_in(ctx)
            raise WrongUseError(wrong_use(error, told), told("错误：{told}")) from error
        except click.ClickException as error:
            raise RefusedError(error.message) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def spoken_in(ctx: click.Context) -> Callable[[str], str]:
    """What puts a phrase into the language asked for on the command line."""
    if not ctx.meta:
        return str
    from jimin.project.commands.languages import asked_language

    return asked_language(ctx).text


def wrong_use(error: click.UsageError, told: Callable[[str], str]) -> str:
    """What is wrong with the command line; click itself says it in its own words only."""
    places: dict[str, object] = {
        "command": error.ctx.command_path if error.ctx is not None else "jimin"
    }
    match error:
        case click.NoSuchOption(option_name=name, possibilities=near):
            phrase = (
                "没有“{name}”这个选项，相近的有 {near}；用法见 {command} --help。"
                if near
                else "没有“{name}”这个选项；用法见 {command} --help。"
            )
            places |= {"name": name, "near": told("、").join(near or ())}
        case click.MissingParameter(param=click.Parameter() as wanted):
            phrase = "没有写明 {name}；用法见 {command} --help。"
            places["name"] = _hint(wanted, error)
        case click.BadParameter(param=click.Parameter() as wanted):
            phrase = "{name} 的值不合要求；用法见 {command} --help。"
            places["name"] = _hint(wanted, error)
        case click.BadParameter():  # raised by a command, with a sentence of its own
            return error.message
        case click.BadOptionUsage(option_name=name):
            phrase = "选项“{name}”的写法不对，或后面缺少值；用法见 {command} --help。"
            places["name"] = name
        case _:
            phrase = "没有这样的命令，或多写了内容；用法见 {command} --help。"
    return told(phrase).format(**places)


def _hint(wanted: click.Parameter, error: click.UsageError) -> str:
    return wanted.get_error_hint(error.ctx) if error.ctx else str(wanted.name)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Jimin 济民：开放的民政平台。"""


if __name__ == "__main__":
    sys.exit(main())
