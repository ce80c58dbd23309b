"""A light is read, not only seen."""

import datetime as dt

from jimin.kernel.cases.rules import light
from jimin.kernel.cases.services.words import words_of


def test_lights_say_what_they_show() -> None:
    monday = dt.date(2016, 7, 4)

    def said(due: dt.date | None, unit: str) -> tuple[str, str]:
        found = light(due, unit, monday)
        return found.colour, words_of(found)

    assert said(dt.date(2016, 7, 1), "working_day") == ("red", "超期 3 天")
    assert said(monday, "working_day") == ("yellow", "今天到期")
    assert said(dt.date(2016, 7, 6), "working_day") == ("yellow", "剩 2 个工作日")
    assert said(dt.date(2016, 7, 11), "working_day") == ("green", "剩 5 个工作日")
    assert said(dt.date(2016, 7, 11), "day") == ("green", "剩 7 天")
    assert said(None, "") == ("grey", "无时限")
    assert "估算" in said(dt.date(2056, 7, 11), "working_day")[1]
