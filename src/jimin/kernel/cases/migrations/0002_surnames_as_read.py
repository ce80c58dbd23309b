"""Applicants are found by the initials of their names as they are read."""

from django.db import migrations

from jimin.foundation import spelling

BATCH = 2000


def respell(apps, schema_editor):
    case = apps.get_model("cases", "Case")
    last = 0
    while True:
        further = case._base_manager.filter(pk__gt=last).order_by("pk")
        rows = list(further.only("applicant", "initials")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        changed = []
        for row in rows:
            initials = spelling.initials(row.applicant, is_person=True)[:40]
            if row.initials != initials:
                row.initials = initials
                changed.append(row)
        case._base_manager.bulk_update(changed, ["initials"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(respell, migrations.RunPython.noop),
    ]
