from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0007_copilot_settings")]

    operations = [
        migrations.AddField(
            model_name="item",
            name="checks_missing",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("checks_missing", True)), fields=["state_since"], name="item_to_check_again"
            ),
        ),
    ]
