"""People whose names are read otherwise than they were spelled: 曾 is found by zeng."""

from django.db import migrations
from django.db.models import Q

from jimin.foundation import spelling

BATCH = 2000


def respell(apps, schema_editor):
    """Only names with such a surname or sign, by key, a batch at a time."""
    person = apps.get_model("people", "Person")
    named = Q()
    for family in spelling.SURNAMES:
        named |= Q(name__startswith=family)
    for sign in spelling.IN_NAMES:
        named |= Q(name__contains=sign)
    last = 0
    while True:
        further = person._base_manager.filter(named, pk__gt=last).order_by("pk")
        rows = list(further.only("name")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        for row in rows:
            row.pinyin = "".join(spelling.syllables(row.name, is_person=True)).lower()[:120]
            row.initials = spelling.initials(row.name, is_person=True)[:40]
        person._base_manager.bulk_update(rows, ["pinyin", "initials"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_index_of_names"),
    ]

    operations = [
        migrations.RunPython(respell, migrations.RunPython.noop),
    ]
