"""Columns a user chooses, and saved views."""

from typing import Any

from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.models import SavedView
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, THERE, TOWNSHIP

from .walk import MakeUser, every, every_scoped, make, text_of, words_of


def headings(page: Any) -> list[str]:
    return [str(head["label"]) for head in page.context["heads"]]


def save(client: Client, record: RecordType, name: str, query: str = "", area: str = "") -> Any:
    return client.post(f"{record.url('save-view')}?{query}", {"name": name, "area": area})


def named(client: Client, record: RecordType) -> list[str]:
    return [view.name for view in client.get(record.url()).context["shown"].views]


@every
def test_columns_are_shown_in_the_order_chosen_and_kept(
    record: RecordType, keeper: Client, reader: Client
) -> None:
    make(record)
    known = record.available_columns
    usual = headings(keeper.get(record.url()))
    chosen = list(known)[::-1][:3]
    keeper.post(record.url("columns"), {"columns": [*chosen, "no_such_column"]})
    assert headings(keeper.get(record.url())) == [str(known[name].label) for name in chosen]
    assert headings(reader.get(record.url())) == usual
    keeper.post(record.url("columns"), {})
    assert headings(keeper.get(record.url())) == [str(known[name].label) for name in chosen]
    keeper.post(record.url("columns"), {"reset": "1"})
    assert headings(keeper.get(record.url())) == usual
    assert not Entry.objects.exists()


@every
def test_every_column_can_be_shown_without_a_query_per_row(
    record: RecordType, keeper: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 9):
        make(record, HERE, number)
    keeper.post(record.url("columns"), {"columns": list(record.available_columns)})
    with django_assert_max_num_queries(20):
        page = keeper.get(record.url())
    assert len(page.context["rows"]) >= 8


@every
def test_a_view_brings_back_conditions_order_and_columns(
    record: RecordType, keeper: Client
) -> None:
    for number in range(1, 4):
        make(record, HERE, number)
    sort = f"-{words_of(record)}"
    columns = list(record.available_columns)[:2]
    keeper.post(record.url("columns"), {"columns": columns})
    saved = save(keeper, record, "常用", f"sort={sort}&q=张三&after=5")
    view = SavedView.objects.exclude(name="").get()
    assert view.query == f"sort={sort}"  # never what was searched for
    keeper.post(record.url("columns"), {"reset": "1"})
    page = keeper.get(saved.headers["Location"])
    assert page.context["sort"] == sort
    assert headings(page) == [str(record.available_columns[name].label) for name in columns]
    wanted = keeper.get(record.url(), {"sort": sort})
    assert [r["href"] for r in page.context["rows"]] == [r["href"] for r in wanted.context["rows"]]
    assert headings(wanted) != headings(page) or len(record.list_columns) <= 2
    assert 'aria-current="true"' in text_of(page)
    save(keeper, record, "常用", "sort=")
    assert SavedView.objects.exclude(name="").get().query == ""
    keeper.post(record.url("remove-view", view.pk))
    assert named(keeper, record) == []
    assert not Entry.objects.exists()


@every
def test_a_view_is_its_owner_s_until_shared(
    record: RecordType, keeper: Client, reader: Client, make_user: MakeUser
) -> None:
    below, beside = Client(), Client()
    below.force_login(make_user("reader", HERE))
    beside.force_login(make_user("reader", THERE))
    save(keeper, record, "本街道", area="")
    assert [named(c, record) for c in (keeper, reader, below)] == [["本街道"], [], []]
    save(keeper, record, "本街道", area=TOWNSHIP)
    assert [named(c, record) for c in (keeper, reader, below, beside)] == [
        ["本街道"],
        ["本街道"],
        ["本街道"],
        [],
    ]
    assert [(e.verb, e.values) for e in Entry.objects.all()] == [
        ("share", {"area": [None, TOWNSHIP]})
    ]
    view = SavedView.objects.get()
    refused = reader.post(record.url("remove-view", view.pk), follow=True)
    assert "别人的视图" in text_of(refused)
    assert SavedView.objects.get() == view
    panel = record.url("columns")
    assert "删除视图" in text_of(keeper.get(panel, {"view": view.pk}))
    assert "删除视图" not in text_of(reader.get(panel, {"view": view.pk}))


@every
def test_a_view_is_shared_only_where_its_owner_has_a_post(
    record: RecordType, keeper: Client, make_user: MakeUser
) -> None:
    assert save(keeper, record, "别处", area=THERE).status_code == 403
    worker = Client()
    worker.force_login(make_user("reader", HERE))
    for area in (TOWNSHIP, ALSO_HERE, "220200000000", "no such area"):
        assert save(worker, record, "越权", area=area).status_code == 403
    assert not SavedView.objects.exists()
    assert not Entry.objects.exists()


@every_scoped
def test_a_shared_view_shows_its_reader_only_rows_of_the_reader(
    record: RecordType, keeper: Client, make_user: MakeUser
) -> None:
    mine, next_door = make(record, HERE, 1), make(record, ALSO_HERE, 2)
    worker = Client()
    worker.force_login(make_user("reader", HERE))
    shared = save(keeper, record, "全街道", area=TOWNSHIP).headers["Location"]
    both = text_of(keeper.get(shared))
    assert record.url("page", mine.pk) in both
    assert record.url("page", next_door.pk) in both
    seen = text_of(worker.get(shared))
    assert (record.url("page", mine.pk) in seen) == (record.area_of(mine) == HERE)
    assert record.url("page", next_door.pk) not in seen


@every
def test_a_view_needs_a_name_and_there_are_not_too_many(
    record: RecordType, keeper: Client, django_user_model: type[User]
) -> None:
    for name in ("", "  ", "长" * 21):
        assert "20 字以内" in text_of(
            keeper.post(record.url("save-view"), {"name": name}, follow=True)
        )
    assert not SavedView.objects.exists()
    user = django_user_model.objects.get()
    SavedView.objects.bulk_create(
        SavedView(user=user, subject=record.label_lower, name=f"{n}") for n in range(30)
    )
    assert "已经很多" in text_of(keeper.post(record.url("save-view"), {"name": "新"}, follow=True))
    assert SavedView.objects.count() == 30
