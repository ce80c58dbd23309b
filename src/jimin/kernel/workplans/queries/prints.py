"""The papers of a plan, made from the ledger as it stands on any day."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.documents.prints import Print, Table
from jimin.kernel.areas.queries import counties

from ..models import Adjustment, Demand, Plan, Standing
from ..rules.indicators import month_end
from ..rules.lights import WORDS, Light, thresholds
from ..rules.scores import Score, scoring
from ..rules.words import plain, share
from . import words
from .cycle import late_list, on_time_rates, period_of
from .figures import past_lights
from .judging import quotas_of
from .rows import Node, Row
from .scores import expected_up_to, scorecards
from .shown import shown

BAD = (Light.RED, Light.YELLOW)


def decomposition(plan: Plan, on: date) -> Print:
    """任务分解表: every task with who leads it, what it promises, and the counties' shares."""
    found = shown(plan, on).ledger
    tasks = [node for node in found.nodes.values() if node.task.kind == "task"]
    rows = [line for node in tasks for line in _task_lines(node)]
    areas = counties()
    shared = [(row, quotas_of(row.target)) for row in found.rows()]
    matrix = [
        [str(row.target), words.wanted(row.target)]
        + [plain(quotas[a.code]) if a.code in quotas else "—" for a in areas]
        for row, quotas in shared
        if quotas
    ]
    papers = [
        [
            node.task.code,
            f"{p.paper.get_action_display()} {p.paper.name}",
            _day(p.paper.due),
            node.task.lead_unit,
        ]
        for node in tasks
        for p in node.papers
    ]
    names = [area.name for area in areas]
    return Print(
        "任务分解表",
        plan.title,
        [f"共 {len(tasks)} 项任务，{len(shared)} 个目标，{len(papers)} 件文件。"],
        [
            Table("一、任务和目标",
                  ["编号", "任务", "目标", "要求", "期限", "牵头单位", "配合单位"],
                  rows, [5, 14, 22, 12, 10, 14, 16]),
            Table("二、分县（市、区）", ["目标", "要求", *names], matrix,
                  [20, 10, *[7] * len(names)], frozenset(range(2, 2 + len(names)))),
            Table("三、文件", ["任务", "文件", "期限", "牵头单位"], papers, [6, 40, 10, 16]),
        ],
        [_made(on)],
        is_wide=True,
    )  # fmt: skip


def monthly(plan: Plan, on: date) -> Print:
    """月度通报: the lights, why the bad ones are bad, who reported in time, what was demanded."""
    found = shown(plan, on).ledger
    rows = list(found.rows())
    before = _lights_on(plan, _month_before(on))
    late = late_list(plan, on, max(on, period_of(plan, on).cut_off))
    rates = on_time_rates(late)
    mended = [r for r in rows if before.get(r.target.pk) in BAD and r.standing.light not in BAD]
    worse = [r for r in rows if before.get(r.target.pk) not in (*BAD, None)
             and r.standing.light in BAD]  # fmt: skip
    demands = _demands(plan, on)
    said = [
        f"截至 {_chinese(on)}，{len(rows)} 个目标中"
        f"{words.lights(r.standing.light for r in rows)}。",
        f"与上月相比，{len(mended)} 个目标由黄灯或红灯好转，{len(worse)} 个目标新亮黄灯或红灯。",
    ]
    if rates:
        good, due = sum(r.on_time for r in rates), sum(r.due for r in rates)
        said.append(
            f"应报 {due} 件，按时 {good} 件，按时报告率 {plain(Fraction(good * 100, due))}%。"
        )
    said.append("请牵头单位对照下表分析原因，抓紧赶上序时进度。")
    return Print(
        f"{plan.year} 年民政工作要点落实情况月度通报",
        f"截至 {_chinese(on)}",
        said,
        [
            _light_table("一、红灯目标", [r for r in rows if r.standing.light == Light.RED]),
            _light_table("二、黄灯目标", [r for r in rows if r.standing.light == Light.YELLOW]),
            Table("三、好转目标", ["目标", "本月", "牵头单位"],
                  [[str(r.target), words.reason(r.standing.sentence), r.target.task.lead_unit]
                   for r in mended], [20, 36, 12]),
            Table("四、按时报告", ["单位", "应报", "按时"],
                  [[r.unit, str(r.due), str(r.on_time)] for r in rates if r.on_time < r.due],
                  [30, 10, 10], frozenset({1, 2}), "各单位均按时报告"),
            Table("五、提醒和督办", ["文号", "种类", "单位", "目标", "办理情况"], demands,
                  [14, 8, 14, 24, 14]),
        ],
        _notes(on),
        [f"{plan.area.name}民政局", _chinese(on)],
    )  # fmt: skip


def quarterly(plan: Plan, on: date) -> Print:
    """季度专报: three months of lights side by side, by section, with what was demanded."""
    quarter = (on.month - 1) // 3 + 1
    ends = [month_end(on.year, month) for month in range(3 * quarter - 2, 3 * quarter + 1)]
    found = shown(plan, on).ledger
    past = past_lights(plan)
    rows = []
    for row in found.rows():
        by_day = {kept.on: Light(kept.light) for kept in past.get(row.target.pk, [])}
        months = [WORDS[by_day[end]] if end in by_day else "—" for end in ends]
        rows.append([str(row.target), *months, words.actual(row), row.target.task.lead_unit])
    sections = [
        [str(node.task.title), words.lights(r.standing.light for r in node.targets()),
         share(node.progress) if node.progress is not None else "—"]
        for node in found.tree
    ]  # fmt: skip
    frames = [
        [str(each.frame), str(each.tasks), str(each.red),
         share(each.progress) if each.progress is not None else "—"]
        for each in found.frames()
    ]  # fmt: skip
    months = [f"{end.month} 月" for end in ends]
    return Print(
        f"{plan.year} 年第{'一二三四'[quarter - 1]}季度民政工作督查专报",
        f"截至 {_chinese(on)}",
        [
            f"本季度末{words.lights(r.standing.light for r in found.rows())}。"
            "各部分、各目标情况如下。"
        ],
        [
            Table("一、各部分", ["部分", "亮灯", "完成程度"], sections, [24, 30, 10],
                  frozenset({2})),
            Table("二、工作框架", ["框架", "任务", "红灯任务", "加权完成程度"], frames,
                  [30, 8, 8, 12], frozenset({1, 2, 3})),
            Table("三、目标逐月亮灯", ["目标", *months, "现值", "牵头单位"], rows,
                  [28, 6, 6, 6, 14, 14]),
            Table("四、提醒和督办", ["文号", "种类", "单位", "目标", "办理情况"],
                  _demands(plan, on), [14, 8, 14, 24, 14]),
        ],
        _notes(on),
    )  # fmt: skip


def year_end(plan: Plan, on: date) -> Print:
    """年终对账: each promise against what was reached, what was changed, and the scorecards."""
    found = shown(plan, on).ledger
    rows = list(found.rows())
    reached = [row for row in rows if _is_reached(row, on)]
    changed = Adjustment.objects.filter(
        target__plan=plan, state=Adjustment.State.APPROVED, effective_on__lte=on
    ).select_related("target", "decided_by")
    papers = [
        [f"{p.paper.get_action_display()} {p.paper.name}", str(p.progress.label), p.paper.number,
         _day(p.paper.issued_on)]
        for node in found.nodes.values()
        for p in node.papers
    ]  # fmt: skip
    units, places = scorecards(found, expected_up_to(plan, on))
    return Print(
        f"{plan.year} 年民政工作要点年终对账表",
        f"截至 {_chinese(on)}",
        [
            f"{len(rows)} 个目标中 {len(reached)} 个完成，"
            f"{words.lights(r.standing.light for r in rows)}。"
        ],
        [
            Table("一、目标对账", ["目标", "要求", "完成", "结论", "算式", "牵头单位"],
                  [[str(r.target), words.wanted(r.target), words.actual(r),
                    "完成" if _is_reached(r, on) else "未完成",
                    words.reason(r.standing.sentence), r.target.task.lead_unit] for r in rows],
                  [20, 12, 12, 7, 26, 12]),
            Table("二、年内调整", ["目标", "变更", "理由", "依据"],
                  [[str(a.target), _terms(a), a.reason, a.number] for a in changed],
                  [20, 20, 24, 12]),
            Table("三、文件", ["文件", "进展", "文号", "印发日期"], papers, [36, 10, 16, 10]),
            *score_tables(units, places, ("四、", "五、")),
        ],
        [*_notes(on), f"评分办法：{scoring(on).source}"],
        is_wide=True,
    )  # fmt: skip


def scores(plan: Plan, on: date) -> Print:
    """考核评分表, of offices and counties only."""
    units, places = scorecards(shown(plan, on).ledger, expected_up_to(plan, on))
    rules = scoring(on)
    return Print(
        f"{plan.year} 年民政工作考核评分表",
        f"截至 {_chinese(on)}",
        [
            f"目标完成 {rules.targets} 分、文件印发 {rules.papers} 分、"
            f"按时报告 {rules.reporting} 分；"
            f"加分合计不超过 {rules.most_bonus} 分。没有某项任务的，其他各项按比例放大。"
            "同分的，目标完成程度高者在前；仍相同的名次并列。一票否决的不排名次。"
        ],
        score_tables(units, places, ("一、", "二、")),
        [_made(on), f"评分办法：{rules.source}"],
    )


def one_page(plan: Plan, on: date) -> Print:
    """一页纸: every target on one line, for whoever has one minute."""
    found = shown(plan, on).ledger
    rows = [
        [
            WORDS[row.standing.light],
            str(row.target),
            words.wanted(row.target),
            words.planned(row),
            words.actual(row),
            row.target.task.lead_unit,
        ]
        for row in found.rows()
    ]
    return Print(
        plan.title,
        f"截至 {_chinese(on)}：{words.lights(row.standing.light for row in found.rows())}",
        [],
        [Table("全部目标", ["灯", "目标", "要求", "序时", "现值", "牵头单位"], rows,
               [4, 38, 18, 15, 16, 17])],
        _notes(on),
        fits_one_page=True,
    )  # fmt: skip


def score_tables(
    units: Sequence[Score], places: Sequence[Score], marks: tuple[str, str]
) -> list[Table]:
    return [
        Table(f"{mark}{name}", ["名次", label, "得分", "算式"],
              [[str(s.place) if s.place else "否决", s.name, plain(s.total),
                "；".join([*s.lines, *s.vetoes])] for s in found],
              [6, 18, 8, 40], frozenset({2}))
        for mark, name, label, found in (
            (marks[0], "单位评分", "单位", units),
            (marks[1], "县（市、区）评分", "县（市、区）", places),
        )
    ]  # fmt: skip


PRINTS: dict[str, tuple[str, Callable[[Plan, date], Print]]] = {
    "one-page": ("一页纸", one_page),
    "decomposition": ("任务分解表", decomposition),
    "monthly": ("月度通报", monthly),
    "quarterly": ("季度专报", quarterly),
    "year-end": ("年终对账表", year_end),
    "scores": ("考核评分表", scores),
}


def _task_lines(node: Node) -> list[list[str]]:
    task = node.task
    whose = [task.lead_unit + ("（建议）" if task.units_are_suggested else ""),
             "、".join(task.co_units)]  # fmt: skip
    if not node.rows:
        return [[task.code, task.title, "—", "—", _day(task.due), *whose]]
    return [
        [task.code, task.title, row.target.subject, words.wanted(row.target),
         _day(row.goal.due), *whose]
        for row in node.rows
    ]  # fmt: skip


def _light_table(name: str, rows: list[Row]) -> Table:
    return Table(
        name,
        ["目标", "要求", "序时", "现值", "原因", "牵头单位"],
        [
            [
                str(row.target),
                words.wanted(row.target),
                words.planned(row),
                words.actual(row),
                words.reason(row.standing.sentence),
                row.target.task.lead_unit,
            ]
            for row in rows
        ],
        [18, 11, 11, 11, 28, 12],
    )


def _is_reached(row: Row, on: date) -> bool:
    """Done is what needs no more: a light may be green on schedule without being there yet."""
    standing = row.standing
    if standing.progress is None:
        return False
    return standing.progress >= 1 and standing.light not in BAD


def _demands(plan: Plan, on: date) -> list[list[str]]:
    with acting_as_system("通报"):
        found = Demand.objects.filter(target__plan=plan, raised_on__lte=_next_month(on))
        rows = list(found.exclude(closed_on__lte=on).select_related("target", "document"))
    return [
        [
            d.document.number if d.document else "",
            d.get_level_display(),
            d.unit,
            str(d.target),
            f"{d.replied_on} 回复" if d.replied_on else f"应于 {d.reply_by} 前回复",
        ]
        for d in rows
        if d.on <= on
    ]


def _lights_on(plan: Plan, on: date) -> dict[int, Light]:
    kept = Standing.objects.filter(target__plan=plan, area=None, on=on, replaced_at=None)
    return {target: Light(light) for target, light in kept.values_list("target_id", "light")}


def _notes(on: date) -> list[str]:
    limits = thresholds(on)
    return [
        _made(on),
        f"亮灯：落后序时 {limits.yellow_from} 个百分点起黄灯，超过 {limits.red_over} 个百分点红灯。"
        f"出处：{limits.source}",
    ]


def _made(on: date) -> str:
    return f"由任务台账按 {on} 的情况生成。"


def _terms(adjustment: Adjustment) -> str:
    names = {"value": "目标值", "high": "上限", "due": "期限", "curve": "曲线", "points": "各月"}
    return "；".join(
        f"{names[name]} {was or '—'} → {now or '—'}"
        for name, (was, now) in adjustment.changes.items()
    )


def _day(day: date | None) -> str:
    return str(day) if day else "—"


def _chinese(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _month_before(on: date) -> date:
    return month_end(on.year - (on.month == 1), (on.month - 2) % 12 + 1)


def _next_month(on: date) -> date:
    return month_end(on.year + (on.month == 12), on.month % 12 + 1)
