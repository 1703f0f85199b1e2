from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0009_old_mails_are_read"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="outboxmail", name="mail_unsent"),
        migrations.AddField(
            model_name="outboxmail", name="in_bulk", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "claimed", "uncertain"])),
                fields=["in_bulk", "id"],
                name="mail_unsent",
            ),
        ),
    ]
