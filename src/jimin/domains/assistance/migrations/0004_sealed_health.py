"""What is known of people's health is sealed, also in the facts and results of assessments."""

from pathlib import Path

import jimin.foundation.sealed.fields
from django.core.files.storage import default_storage
from django.db import migrations, transaction

from jimin.foundation.sealed.own_keys import new_key, write_sealed
from jimin.foundation.sealed.rotation import sealing


def seal_books(apps, schema_editor):
    """Under another name, so that a migration that fails has taken nothing away."""
    runs = apps.get_model("assistance", "MonthRun")._base_manager
    for run in runs.order_by("pk").iterator():
        plain, run.books_key = run.books.name, new_key()
        begins = f"{run.area_id[:6]}-{run.month:%Y-%m}"  # by which a new run finds the old file
        run.books.name = str(Path(plain).with_name(f"{begins}-{Path(plain).stem}.sealed"))
        with default_storage.open(plain) as file:
            write_sealed(Path(default_storage.path(run.books.name)), file.read(), run.books_key)
        run.save(update_fields=["books", "books_key"])
        transaction.on_commit(lambda name=plain: default_storage.delete(name))


class Migration(migrations.Migration):

    dependencies = [
        ('assistance', '0003_refused_jobs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='assessment',
            name='inputs',
            field=jimin.foundation.sealed.fields.SealedJSONField(verbose_name='核定所用情况'),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='result',
            field=jimin.foundation.sealed.fields.SealedJSONField(verbose_name='核定过程'),
        ),
        migrations.AlterField(
            model_name='homevisit',
            name='findings',
            field=jimin.foundation.sealed.fields.SealedField(max_length=2000, verbose_name='调查情况'),
        ),
        migrations.AlterField(
            model_name='memberfacts',
            name='disability_grade',
            field=jimin.foundation.sealed.fields.SealedIntegerField(default=0, help_text='1 至 4，没有的留空', verbose_name='残疾等级'),
        ),
        migrations.AlterField(
            model_name='memberfacts',
            name='is_seriously_ill',
            field=jimin.foundation.sealed.fields.SealedBooleanField(blank=True, null=True, verbose_name='重病'),
        ),
        migrations.AddField(
            model_name='monthrun',
            name='books_key',
            field=jimin.foundation.sealed.fields.SealedField(default='', verbose_name='底册密钥'),
            preserve_default=False,
        ),
        migrations.RunPython(sealing('assistance.Assessment', 'inputs', 'result')),
        migrations.RunPython(sealing('assistance.HomeVisit', 'findings')),
        migrations.RunPython(
            sealing('assistance.MemberFacts', 'disability_grade', 'is_seriously_ill')
        ),
        migrations.RunPython(seal_books),
    ]
