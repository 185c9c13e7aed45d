from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0003_project_due_on")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "Waiting to be started"),
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("canceled", "Canceled"),
                ],
                default="ready",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="context",
            constraint=models.UniqueConstraint(fields=("cell", "sha256"), name="context_once_per_cell"),
        ),
    ]
