from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tiers", "0003_case_studies")]

    operations = [migrations.RenameModel("Standing", "TierStanding")]
