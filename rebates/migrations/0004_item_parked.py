from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rebates", "0003_running_figures")]

    operations = [
        migrations.AddIndex(
            model_name="closingitem",
            index=models.Index(condition=models.Q(("state", "parked")), fields=["closing"], name="item_parked"),
        ),
    ]
