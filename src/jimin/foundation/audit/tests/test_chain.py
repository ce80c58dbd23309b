from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from jimin.foundation.access.scope import System
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.protection import (
    is_protected,
    protect,
    statements_for_role,
    unprotect,
    unprotected,
)
from jimin.foundation.audit.services import (
    GENESIS,
    Line,
    append,
    differences,
    digest_of,
    first_broken,
    log_many,
)
from jimin.foundation.audit.verify import head, walk

pytestmark = pytest.mark.django_db
ACTOR = System("test")


def write(*verbs: str) -> list[Entry]:
    return log_many(actor=ACTOR, lines=[Line(verb, "people.person", "1") for verb in verbs])


def test_each_line_carries_the_hash_of_the_one_before() -> None:
    first, second = write("created", "changed")
    (third,) = write("exported")
    assert first.previous == GENESIS
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert first_broken() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET reason = 'x'",
        "DELETE FROM audit_entry",
        pytest.param("TRUNCATE audit_entry", id="truncate"),
    ],
)
def test_the_database_refuses_to_change_what_was_written(statement: str) -> None:
    if statement.startswith("TRUNCATE") and connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    write("created", "changed")
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(Entry.objects.order_by("id").values_list("verb", "reason")) == [
        ("created", ""),
        ("changed", ""),
    ]


def test_a_migration_puts_the_protection_back() -> None:
    from django.core.management import call_command

    unprotect(connection)
    assert not is_protected(connection)
    call_command("migrate", verbosity=0)
    assert is_protected(connection)
    protect(connection)  # what is there already is no error
    assert is_protected(connection)


def test_the_servers_own_role_may_add_and_read_lines_and_nothing_else() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    write("created")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        if not cursor.fetchone()[0]:
            pytest.skip("the role of the tests may not create roles: ALTER ROLE … CREATEROLE")
        cursor.execute("CREATE ROLE jimin_server_of_test")
        cursor.execute("GRANT jimin_server_of_test TO CURRENT_USER")
        for statement in statements_for_role("jimin_server_of_test"):
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE jimin_server_of_test")
    write("changed")
    protect(connection)  # as at every start of the server: asks nothing of the owner
    for statement in (
        "DROP TRIGGER audit_entry_update ON audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "UPDATE audit_entry SET reason = 'x'",
        "TRUNCATE audit_entry",
    ):
        with (
            pytest.raises(DatabaseError, match=r"must be owner|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert walk().count == 2
    assert first_broken() is None


def test_a_changed_line_is_found() -> None:
    _, second, _ = write("created", "changed", "exported")
    with unprotected(connection):
        Entry.objects.filter(pk=second.pk).update(values={"amount": ["1", "2"]})
    assert first_broken() == f"第 {second.pk} 条留痕的内容被改动过。"


def test_a_removed_line_is_found() -> None:
    _, second, third = write("created", "changed", "exported")
    with unprotected(connection):
        Entry.objects.filter(pk=second.pk).delete()
    assert first_broken() == f"第 {third.pk} 条留痕与上一条不相接：其间有记录被删除或调换。"


def test_a_line_rehashed_after_a_change_breaks_the_next() -> None:
    from jimin.foundation.audit.services import digest_of

    first, second = write("created", "changed")
    first.verb = "never"
    with unprotected(connection):
        Entry.objects.filter(pk=first.pk).update(verb="never", hash=digest_of(first))
    assert first_broken() == f"第 {second.pk} 条留痕与上一条不相接：其间有记录被删除或调换。"


def test_lines_cut_off_the_end_are_found_by_the_noted_head() -> None:
    write("created", "changed")
    noted = head()
    assert noted.count == 2
    write("exported")
    assert walk(noted=noted.hash).after_head == 1
    with unprotected(connection):
        Entry.objects.filter(pk__gte=noted.key).delete()
    assert first_broken() is None  # the chain alone cannot know
    assert walk(noted=noted.hash).fault == (
        "留痕链中没有记下的末尾哈希：其后的记录被删除，或整条链被换过。"
    )


def test_an_empty_chain_has_a_head_too() -> None:
    assert (head().count, head().hash) == (0, GENESIS)
    write("created")
    assert walk(noted=GENESIS).after_head == 1


def test_lines_of_every_kind_of_value_are_in_order_after_reading_them_back() -> None:
    values = {
        "金额": ["1,200.00", None],
        "n": 3,
        "longitude": 126.549572,
        "日": {"b": [], "a": True},
    }
    log_many(actor=ACTOR, lines=[Line("add", "people.person", "1", values, "事由“甲”")])
    assert first_broken() is None


def test_many_lines_at_once_are_written_as_each_by_itself_would_be() -> None:
    lines = [
        Line("add", "people.person", str(n), {"额": [None, Decimal("1.50")], "a": n}, "事由“甲”")
        for n in range(3)
    ]
    append(actor=ACTOR, lines=lines[:2])
    log_many(actor=ACTOR, lines=lines[2:])
    append(actor=ACTOR, lines=lines)
    assert first_broken() is None
    stored = list(Entry.objects.order_by("id"))
    assert [(e.key, e.values, e.reason, e.actor_label) for e in stored[:3]] == [
        (str(n), {"额": [None, "1.50"], "a": n}, "事由“甲”", "test") for n in range(3)
    ]
    assert [e.hash for e in stored] == [digest_of(e) for e in stored]


def test_differences_name_only_what_changed() -> None:
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == {"b": [2, 3]}
