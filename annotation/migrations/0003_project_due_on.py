from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0002_refuse_nonsense")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="due_on",
            field=models.DateField(
                blank=True,
                help_text="When all targets have to be met; the pipeline shows the pace needed.",
                null=True,
                verbose_name="due on",
            ),
        ),
    ]
