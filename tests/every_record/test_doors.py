"""Who may: every address of a register asks for its verb."""

from django.test import Client

from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import RecordType

from .walk import every, knock, knocks, make


@every
def test_without_a_grant_every_door_is_shut(record: RecordType, stranger: Client) -> None:
    obj = make(record)
    doors = knocks(record, obj)
    assert {knock(stranger, method, address) for _, method, address in doors} == {403}
    assert not Entry.objects.exists()


@every
def test_a_reader_only_reads(record: RecordType, reader: Client) -> None:
    obj = make(record)
    for verb, method, address in knocks(record, obj):
        wanted = (200 if method == "get" else 302) if verb == "view" else 403
        assert knock(reader, method, address) == wanted, (method, address)
    assert not Entry.objects.exists()


@every
def test_with_the_grants_every_door_opens(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    for _, method, address in knocks(record, obj):
        # An empty form is refused for what it lacks (422, 428, 409), or sent back with a message.
        wanted = {200} if method == "get" else {200, 201, 302, 409, 422, 428}
        assert knock(keeper, method, address) in wanted, (method, address)


@every
def test_nobody_gets_in_without_signing_in(record: RecordType, places: None) -> None:
    obj = make(record)
    for _, method, address in knocks(record, obj):
        assert knock(Client(), method, address) == (401 if address.startswith("/api/") else 302)
