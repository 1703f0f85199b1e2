from django.db import migrations, models
from django.db.models import F, Q

CAP = """
UPDATE deals_deal SET update_due_on = protected_until - 1
WHERE state = 'protected' AND update_due_on >= protected_until
"""


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial")]

    operations = [
        migrations.RunSQL(CAP, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=~Q(state="protected") | Q(update_due_on__lt=F("protected_until")),
                name="updates_are_due_while_protected",
            ),
        ),
    ]
