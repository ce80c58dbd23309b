"""The grade of a disability is sealed, as the identity number is."""

import django.core.validators
import jimin.foundation.sealed.fields
from django.db import migrations

from jimin.foundation.sealed.rotation import sealing


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_indexes_of_lists'),
    ]

    operations = [
        migrations.AlterField(
            model_name='person',
            name='disability_grade',
            field=jimin.foundation.sealed.fields.SealedIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0, '残疾等级应为 0 至 4。'), django.core.validators.MaxValueValidator(4, '残疾等级应为 0 至 4。')], verbose_name='残疾等级'),
        ),
        migrations.RunPython(sealing('people.Person', 'disability_grade')),
    ]
