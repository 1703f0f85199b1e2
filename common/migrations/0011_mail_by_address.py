import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0010_bulk_last"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(django.db.models.functions.text.Lower("address"), name="mail_by_address"),
        ),
    ]
