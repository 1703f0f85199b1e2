from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_kept_until_forgotten")]

    operations = [
        migrations.AddIndex(model_name="seat", index=models.Index(fields=["country"], name="seat_by_country")),
    ]
