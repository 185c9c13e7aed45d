"""Pay terms have a history, so that what is earned stays reproducible; a correction may be paid back as well."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER payterms_append_only BEFORE UPDATE OR DELETE ON annotation_payterms
    FOR EACH ROW EXECUTE FUNCTION annotation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0018_control_items"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settled_until", models.DateTimeField(null=True)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ledger_mark",
                        to="annotation.project",
                    ),
                ),
            ],
        ),
        migrations.AlterModelOptions(name="payterms", options={"ordering": ["created_at", "id"]}),
        migrations.RemoveField(model_name="payterms", name="settled_until"),
        # No row can exist yet: nothing has written one.
        migrations.AddField(
            model_name="payterms",
            name="created_at",
            field=models.DateTimeField(default=None, editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="payterms",
            name="created_by",
            field=models.ForeignKey(
                default=None,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="payterms",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pay_terms", to="annotation.project"
            ),
        ),
        migrations.RemoveConstraint(model_name="ledgerentry", name="entry_negative_only_as_a_correction"),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=~models.Q(("kind", "work")) | models.Q(("amount__gte", 0)),
                name="entry_negative_only_as_a_correction",
            ),
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER payterms_append_only ON annotation_payterms"),
    ]
