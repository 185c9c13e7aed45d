import django.contrib.postgres.fields
from django.db import migrations, models

SKILLS = [
    ("summarization", "Summarization"),
    ("extraction", "Extraction"),
    ("open_qa", "Open QA"),
    ("closed_qa", "Closed QA"),
    ("rewriting", "Rewriting"),
    ("classification", "Classification"),
    ("inference", "Inference"),
]


class Migration(migrations.Migration):
    dependencies = [("annotation", "0011_routing")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="research_skills",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SKILLS, max_length=16),
                blank=True,
                default=list,
                help_text="Skills in which looking things up is part of the work: how a text was typed is not counted there.",
                size=None,
            ),
        ),
    ]
