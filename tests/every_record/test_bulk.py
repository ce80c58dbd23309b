"""Actions for many records: tried without effect, done once, row by row."""

from typing import Any

import pytest
from django.db.models.functions import Length
from django.test import Client

from jimin.foundation.audit.models import Entry
from jimin.foundation.records import bulk
from jimin.foundation.records.declare import Action, RecordType
from jimin.foundation.records.models import Batch, BatchRow
from jimin.foundation.records.services import version_of
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, THERE

from ..factories import BULK
from .walk import MakeUser, knock, make, now, sign_in, text_of, walked, words_of

declared = [(record, action) for record in walked for action in record.actions if action.is_bulk]
every_bulk = pytest.mark.parametrize(
    ("record", "action"), declared, ids=[f"{r.slug}-{a.name}" for r, a in declared]
)


def typed(record: RecordType, action: Action) -> dict[str, str]:
    return BULK[record.label_lower, action.name](ALSO_HERE)


def chosen(client: Client, record: RecordType, action: Action, objs: list[Any]) -> str:
    """Mark the rows; the address of the batch."""
    marked = {"pk": [str(obj.pk) for obj in objs]}
    answer = client.post(record.url("choose", action.name), marked)
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def tried(client: Client, record: RecordType, action: Action, objs: list[Any]) -> str:
    address = chosen(client, record, action, objs)
    answer = client.post(address, {"step": "try", **typed(record, action)})
    assert answer.status_code == 302, text_of(answer)
    return address


def states() -> list[str]:
    """In the order of the records, whose keys grow: 999 comes before 1000."""
    rows = BatchRow.objects.order_by(Length("key"), "key")
    return list(rows.values_list("state", flat=True))


def test_every_bulk_action_has_an_example() -> None:
    assert {(r.label_lower, a.name) for r, a in declared} == set(BULK)


@every_bulk
def test_a_trial_says_what_will_happen_and_changes_nothing(
    record: RecordType, action: Action, keeper: Client
) -> None:
    objs = [make(record, HERE, number) for number in (1, 2)]
    before = [version_of(obj) for obj in objs]
    page = keeper.get(tried(keeper, record, action, objs))
    assert "可以办理 2 条，不能办理 0 条" in text_of(page)
    assert states() == ["fine", "fine"]
    assert [version_of(now(record, obj)) for obj in objs] == before
    assert not Entry.objects.exists()


@every_bulk
def test_what_was_done_is_what_the_single_action_does(
    record: RecordType, action: Action, keeper: Client
) -> None:
    alone, *objs = [make(record, HERE, number) for number in (1, 2, 3)]
    answer = keeper.post(record.url("act", alone.pk, action.name), typed(record, action))
    assert answer.status_code == 302, text_of(answer)
    address = tried(keeper, record, action, objs)
    for _ in range(2):  # a double click does nothing twice
        assert keeper.post(address, {"step": "run"}).status_code == 302
    assert states() == ["done", "done"]
    assert "已办理 2 条，没有办理 0 条" in text_of(keeper.get(address))
    lines = [(e.verb, e.values, e.reason) for e in Entry.objects.order_by("id")]
    assert lines == [lines[0]] * 3
    assert {e.key for e in Entry.objects.all()} == {str(o.pk) for o in (alone, *objs)}
    answer = keeper.post(address, {"step": "try", **typed(record, action)}, follow=True)
    assert "已经办理，不能再改" in text_of(answer)
    assert Entry.objects.count() == 3


@every_bulk
def test_rows_changed_meanwhile_are_left_alone(
    record: RecordType, action: Action, keeper: Client
) -> None:
    first, second = make(record, HERE, 1), make(record, HERE, 2)
    address = tried(keeper, record, action, [first, second])
    record.model._base_manager.filter(pk=first.pk).update(**{words_of(record): "别人改的"})
    version = version_of(now(record, first))
    keeper.post(address, {"step": "run"})
    page = text_of(keeper.get(address))
    assert "已办理 1 条，没有办理 1 条" in page
    assert "选择以后已被别人改过" in page
    assert version_of(now(record, first)) == version
    assert {e.key for e in Entry.objects.all()} == {str(second.pk)}


@every_bulk
def test_what_the_service_refuses_is_said_beforehand(
    record: RecordType, action: Action, keeper: Client
) -> None:
    done, other = make(record, HERE, 1), make(record, HERE, 2)
    keeper.post(record.url("act", done.pk, action.name), typed(record, action))
    entries = Entry.objects.count()
    address = tried(keeper, record, action, [now(record, done), other])
    page = text_of(keeper.get(address))
    assert "可以办理 1 条，不能办理 1 条" in page
    assert "不必" in page  # already there, already closed
    keeper.post(address, {"step": "run"})
    assert sorted(states()) == ["done", "refused"]
    assert Entry.objects.count() == entries + 1


@every_bulk
def test_all_that_fit_the_conditions_are_chosen_and_no_others(
    record: RecordType,
    action: Action,
    keeper: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(1, 4):
        make(record, HERE, number)
    make(record, ALSO_HERE, 4)
    make(record, THERE, 5)
    address = f"{record.url('choose', action.name)}?area={HERE}"
    keeper.post(address, {"all": "1"})
    assert BatchRow.objects.count() == 3
    monkeypatch.setattr(bulk, "MOST", 2)
    assert "一次最多办理 2 条" in text_of(keeper.post(address, {"all": "1"}, follow=True))
    assert "还没有选择记录" in text_of(keeper.post(address, {}, follow=True))
    assert "还没有选择记录" in text_of(keeper.post(address, {"pk": ["x", ""]}, follow=True))
    assert Batch.objects.count() == 1


@every_bulk
def test_rows_out_of_reach_are_never_touched(
    record: RecordType, action: Action, keeper: Client, make_user: MakeUser
) -> None:
    mine, foreign = make(record, HERE, 1), make(record, THERE, 2)
    address = chosen(keeper, record, action, [mine, foreign])
    assert [row.key for row in BatchRow.objects.all()] == [str(mine.pk)]
    keeper.post(address, {"step": "try", **typed(record, action)})
    record.model._base_manager.filter(pk=mine.pk).update(area_id=THERE)  # moved away meanwhile
    keeper.post(address, {"step": "run"})
    page = text_of(keeper.get(address))
    assert "已不在您的辖区" in page
    assert str(mine) not in page
    assert not Entry.objects.exists()
    stranger_to_it = sign_in(make_user, "keeper")
    for method in ("get", "post"):
        assert knock(stranger_to_it, method, address) == 404


@every_bulk
def test_a_form_with_errors_says_so_and_tries_nothing(
    record: RecordType, action: Action, keeper: Client
) -> None:
    address = chosen(keeper, record, action, [make(record)])
    refused = keeper.post(address, {"step": "try"})
    assert refused.status_code == 422
    assert "errors-summary" in text_of(refused)
    assert states() == ["chosen"]
    keeper.post(address, {"step": "run"})  # without a trial nothing is done
    assert states() == ["chosen"]
    assert not Entry.objects.exists()


@every_bulk
def test_without_the_grant_nothing_is_chosen(
    record: RecordType, action: Action, keeper: Client, reader: Client
) -> None:
    obj = make(record)
    assert 'name="pk"' in text_of(keeper.get(record.url()))
    assert 'name="pk"' not in text_of(reader.get(record.url()))
    answer = reader.post(record.url("choose", action.name), {"pk": [obj.pk]})
    assert answer.status_code == 403
    assert not Batch.objects.exists()
