"""The page 权限一览 says what the access file says: nothing more, nothing less."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from jimin.foundation.access.labels import label_of_level, words_of
from jimin.foundation.access.matrix import matrix
from jimin.foundation.access.models import User
from jimin.kernel.areas.tests.few import few_areas


@pytest.fixture
def page(db: None, client: Client, make_user: Callable[..., User]) -> Any:
    few_areas()
    client.force_login(make_user("administrator", "220200000000"))
    return html.fromstring(client.get("/access/").content)


def text(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_the_page_ticks_what_the_file_grants(page: Any) -> None:
    table = page.xpath("//div[contains(@class, 'matrix')]//table")[0]
    roles = [text(head) for head in table.xpath("./thead//th")][1:]
    assert roles == [role.label for role in matrix().roles.values()]
    shown = set()
    for body in table.xpath("./tbody"):
        subject = text(body.xpath("./tr[@class='subject']/th")[0])
        for row in body.xpath("./tr[not(@class)]"):
            verb = text(row.xpath("./th")[0])
            cells = row.xpath("./td")
            assert len(cells) == len(roles)
            for role, cell in zip(roles, cells, strict=True):
                if text(cell):
                    assert (role, subject, verb) not in shown, "two rows look alike"
                    shown.add((role, subject, verb))
    granted = {
        (role.label, str(words_of(subject).label), str(words_of(subject).verb(verb)))
        for role in matrix().roles.values()
        for subject, verbs in role.grants.items()
        for verb in verbs
    }
    assert shown == granted
    assert len(granted) == sum(
        len(verbs) for role in matrix().roles.values() for verbs in role.grants.values()
    )


def test_the_page_shows_each_role_with_what_binds_it(page: Any) -> None:
    rows = page.xpath("//table[1]/tbody/tr[td]")[: len(matrix().roles)]
    shown = [[text(cell) for cell in row] for row in rows]
    assert shown == [
        [
            role.label,
            str(label_of_level(role.level)),
            "必须" if role.second_factor else "自愿",
            "、".join(matrix().roles[name].label for name in sorted(role.incompatible)) or "—",
        ]
        for role in matrix().roles.values()
    ]
