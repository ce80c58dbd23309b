"""Digests of the last digits of identity numbers and phones, by which they are searched for."""

from django.db import migrations

import jimin.foundation.sealed.fields

FIELDS = [
    ("citizen_id_last_4", "citizen_id", 4),
    ("citizen_id_last_6", "citizen_id", 6),
    ("phone_last_4", "phone", 4),
]
BATCH = 2000


def fill(apps, schema_editor):
    """Row after row by key, a batch at a time: a city has millions."""
    person = apps.get_model("people", "Person")
    fields = [person._meta.get_field(name) for name, _source, _last in FIELDS]
    quote = schema_editor.connection.ops.quote_name
    places = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(person._meta.db_table)} SET {places} WHERE id = %s"
    last = 0
    while True:
        rows = list(person._base_manager.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        values = [[*(field.pre_save(row, False) for field in fields), row.pk] for row in rows]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(statement, values)


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="person",
                name=name,
                field=jimin.foundation.sealed.fields.DigestField(
                    db_index=True, source=source, last=last
                ),
            )
            for name, source, last in FIELDS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
