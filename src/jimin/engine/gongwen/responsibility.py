"""Who leads a task and who helps, where the text says so in brackets or on a line."""

import re

from jimin.engine.gongwen.context import Context

_LEAD = re.compile(
    r"(?:牵头|责任|主办|承办|负责|主责|落实)(?:领导)?(?:单位|部门|处室|科室|股室|机构)[:](?P<units>[^;。\n]{2,120})"
)
_HELP = re.compile(
    r"(?:配合|协办|参与|协同|协助|会办)(?:单位|部门|处室|科室|股室)[:](?P<units>[^;。\n]{2,160})"
)


def assign_units(context: Context) -> None:
    """The first unit of 牵头单位 leads; the others and those of 配合单位 are partners."""
    for pattern, leads in ((_LEAD, True), (_HELP, False)):
        for m in pattern.finditer(context.norm):
            node = context.outline.at(m.start())
            if node is None:
                continue
            units = _units(context, m.start("units"), m.end("units"))
            if leads and units and not node.lead:
                node.lead, units = units[0], units[1:]
            node.partners = tuple(dict.fromkeys((*node.partners, *units)))


def _units(context: Context, start: int, end: int) -> list[str]:
    """Names parted by 、 or a comma outside brackets; a closing bracket ends the list."""
    units, depth, name = [], 0, start
    place = start
    for place in range(start, end):
        mark = context.norm[place]
        if mark == "(":
            depth += 1
        elif mark == ")":
            if depth == 0:
                break
            depth -= 1
        elif mark in "、," and depth == 0:
            if re.match(r"(?:配合|协办|参与|协同)", context.norm[place + 1 : place + 3]):
                break
            units.append(context.text[name:place])
            name = place + 1
    else:
        place = end
    units.append(context.text[name:place])
    return [unit.strip() for unit in units if unit.strip()]
