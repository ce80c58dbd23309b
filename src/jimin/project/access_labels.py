"""Words of the access file that no register gives: procedures, pages, registers only services fill.

The matrix page shows them; a name without words fails the test beside this file.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.labels import declare
from jimin.kernel.cases.rules import PROCEDURES


def declare_all() -> None:
    for procedure in PROCEDURES.values():
        steps = {step.name: step.label for step in procedure.steps}
        declare(procedure.name, procedure.label, {**OF_CASES, **steps})
    for subject, (label, verbs) in OTHERS.items():
        declare(subject, label, verbs)


OF_CASES = {
    "recuse": _("回避"),
    "declare": _("申报变化"),
    "investigate": _("入户调查"),
    "assess_month": _("月度核定"),
    "approve_month": _("批准月度核定"),
}
OF_USERS = {  # of the history: what users do themselves, and what happens at the door
    "sign_in": _("登录"),
    "sign_in_failed": _("登录失败"),
    "sign_out": _("退出"),
    "change_password": _("修改密码"),
    "end_sign_in": _("退出一处登录"),
    "add_token": _("新建接口令牌"),
    "revoke_token": _("撤销令牌"),
}
OTHERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "page.dashboard": (_("总览"), {}),
    "page.inbox": (_("待办"), {}),
    "page.months": (_("月度核定"), {}),
    "page.policies": (_("政策规则"), {}),
    "page.access": (_("权限一览"), {}),
    "page.codes": (_("数据字典"), {}),
    "jobs.job": (_("后台任务"), {"stop": _("取消任务"), "retry": _("重试任务")}),
    "page.tokens": (_("接口令牌"), {"view": _("建立和使用")}),
    "access.user": (_("用户"), OF_USERS),
    "documents.document": (_("文书"), {}),
    "awards.award": (_("待遇"), {"grant": _("批准待遇"), "stop": _("停发待遇")}),
    "policy.release": (_("政策发布"), {"release": _("发布")}),
    "workplans.plan": (
        _("工作要点"),
        {"review": _("审定"), "manage": _("管理台账"), "approve": _("批准调整")},
    ),
    "workplans.report": (
        _("进度报告"),
        {"report": _("填报"), "verify": _("核实"), "supervise": _("督办")},
    ),
    "workplans.officialstatistic": (_("官方统计数"), {}),
    "workplans.leadunit": (_("牵头单位建议"), {}),
}
