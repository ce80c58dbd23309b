"""The papers of the ladder. Their templates are Word files the bureau may edit."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from jimin.foundation.documents.rules import Form, register

from ..models import Demand

FOLDER = Path(__file__).parent.parent / "documents"
COLOURS = {"": "", "blue": "（蓝色）", "yellow": "（黄色）", "red": "（红色）"}


def content(demand: Demand) -> dict[str, Any]:
    """What the templates may print."""
    target = demand.target
    return {
        "unit": demand.unit,
        "bureau": f"{target.plan.area.name}民政局",
        "area": demand.area.name,
        "plan": target.plan.title,
        "target": f"{target.code} {target.subject}",
        "task": str(target.task),
        "quote": target.quote,
        "on": f"{demand.on:%Y 年 %-m 月 %-d 日}",
        "day": f"{demand.raised_on:%Y 年 %-m 月 %-d 日}",
        "reason": demand.reason,
        "colour": COLOURS[demand.colour],
        "reply_by": f"{demand.reply_by:%Y 年 %-m 月 %-d 日}",
    }


def _declare(level: str, label: Any, mark: str) -> Form:
    return register(
        Form(
            name=f"plan_{level}",
            label=label,
            template=FOLDER / f"{level}.docx",
            series=f"plan_{level}",
            number=f"{{unit}}民{mark}〔{{year}}〕{{serial}}号",
            content=content,
        )
    )


REMIND = _declare("remind", _("工作提醒单"), "提")
URGE = _declare("urge", _("催办单"), "催")
SUPERVISE = _declare("supervise", _("督办单"), "督")
CIRCULAR = _declare("circular", _("情况通报"), "通")
TALK = _declare("talk", _("约谈通知书"), "约")
