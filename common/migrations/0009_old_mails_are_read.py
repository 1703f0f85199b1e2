from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """What was sent before there were notices is no news."""

    dependencies = [("common", "0008_notices")]

    operations = [
        migrations.RunSQL("UPDATE common_outboxmail SET read_at = created_at", migrations.RunSQL.noop),
    ]
