"""An officer may grant an absence: when it became known, and by whom it was granted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_what_an_order_can_ask")]

    operations = [
        migrations.AddField("authorisedabsence", "known_at", models.DateTimeField(null=True)),
        migrations.AddField("authorisedabsence", "made_by_id", models.BigIntegerField(null=True)),
    ]
