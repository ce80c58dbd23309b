"""Triggers that let the database itself refuse to change or delete what was written.

They are put back after every migration, because SQLite loses the triggers of a table that a
migration rebuilds. Whoever owns the table can still drop them: the hashes are what finds that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"
REFUSAL = "audit lines are only ever added"

SQLITE = [
    f"CREATE TRIGGER audit_entry_{verb.lower()} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege'; END $$",
    f"CREATE TRIGGER audit_entry_update BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
    f"CREATE TRIGGER audit_entry_delete BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
]
# Triggers must fire also for a session that plays the part of a replica.
POSTGRESQL += [
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_entry_{verb}" for verb in ("update", "delete")
]
NAMES = ("audit_entry_update", "audit_entry_delete")


def is_protected(connection: BaseDatabaseWrapper) -> bool:
    """Whether both triggers are there and, on PostgreSQL, not switched off."""
    if connection.vendor == "postgresql":
        found = (
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(%s)"
            " AND tgname IN (%s, %s) AND tgenabled = 'A'"
        )
        arguments = [TABLE, *NAMES]
    else:
        found = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)"
        arguments = [*NAMES]
    with connection.cursor() as cursor:
        cursor.execute(found, arguments)
        return bool(cursor.fetchone()[0] == len(NAMES))


def protect(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing. With everything there nothing is asked of the database's owner."""
    if TABLE not in connection.introspection.table_names() or is_protected(connection):
        return
    unprotect(connection)
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def unprotect(connection: BaseDatabaseWrapper) -> None:
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


@contextmanager
def unprotected(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For tests, which must tamper with the chain and empty their database."""
    connection.check_constraints()  # PostgreSQL alters no table with checks still to be made
    unprotect(connection)
    try:
        yield
    finally:
        protect(connection)


def statements_for_role(role: str) -> list[str]:
    """What the owner of a PostgreSQL database runs so that the server's role may only add lines.

    The role owns nothing: it can neither drop the triggers nor switch them off.
    """
    quoted = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM {quoted}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}",
    ]
