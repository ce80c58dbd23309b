"""The records before and after one in the list somebody came from."""

from django.test import Client

from jimin.foundation.records.declare import RecordType
from jimin.kernel.areas.tests.few import HERE, THERE

from .walk import every, make, now, text_of, words_of


@every
def test_neighbours_are_those_of_the_list(record: RecordType, keeper: Client) -> None:
    for number in range(1, 5):
        make(record, HERE, number)
    for sort in (words_of(record), f"-{words_of(record)}"):
        listed = [row["href"] for row in keeper.get(record.url(), {"sort": sort}).context["rows"]]
        walked = [listed[0]]
        while True:
            beside = keeper.get(f"{walked[-1]}beside/", {"sort": sort})
            following = beside.context["following"]
            before = beside.context["previous"]
            assert (before["href"] if before else None) == (walked[-2] if walked[1:] else None)
            if following is None:
                break
            walked.append(following["href"])
        assert walked == listed


@every
def test_a_record_outside_the_list_has_no_neighbours(record: RecordType, keeper: Client) -> None:
    obj, _other = make(record, HERE, 1), make(record, HERE, 2)
    nothing = keeper.get(record.url("beside", obj.pk), {"q": "没有这样的人"})
    assert nothing.status_code == 200
    assert text_of(nothing).strip() == ""


@every
def test_rows_of_other_areas_are_no_neighbours(record: RecordType, keeper: Client) -> None:
    mine, foreign = make(record, HERE, 1), make(record, THERE, 2)
    shown = text_of(keeper.get(record.url("beside", mine.pk)))
    if record.area:
        assert record.url("page", foreign.pk) not in shown
        assert keeper.get(record.url("beside", foreign.pk)).status_code == 404
    assert now(record, mine).pk == mine.pk
