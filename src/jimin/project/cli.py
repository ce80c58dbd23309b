"""`jimin`, the command line. Each command is imported only when it is called."""

import sys
from importlib import import_module

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
    "administrator": (
        "jimin.project.commands.administrator:administrator",
        "登记第一位系统管理员",
    ),
    "audit": ("jimin.project.commands.audit:audit", "核对留痕链"),
    "keys": ("jimin.project.commands.keys:keys", "查看和更换密封字段的密钥"),
    "manage": ("jimin.project.commands.serve:manage", "Django 管理命令"),
}


class LazyGroup(click.Group):
    """Lists the commands by name and short help without importing them."""

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


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Jimin 济民：开放的民政平台。"""


if __name__ == "__main__":
    sys.exit(main())
