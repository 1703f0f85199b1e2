"""When a person was taken out (`common.erasing`)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0004_email_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='anonymised_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
