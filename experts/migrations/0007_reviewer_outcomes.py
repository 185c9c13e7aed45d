"""What became known of reviewers' verdicts is history too."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0006_trainings_and_holds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewerOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('project_id', models.BigIntegerField()),
                ('item_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('control', 'Control item'), ('second', 'Blind second look'), ('correction', 'Corrected by an editor'), ('appeal', 'Decided on appeal')], max_length=10)),
                ('said', models.CharField(choices=[('accept', 'Accept'), ('edit', 'Send to editor'), ('return', 'Return'), ('reject', 'Reject')], max_length=8)),
                ('truth', models.CharField(choices=[('accept', 'Accept'), ('edit', 'Send to editor'), ('return', 'Return'), ('reject', 'Reject')], max_length=8)),
                ('reasons_said', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('reasons_true', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('at', models.DateTimeField()),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviewer_outcomes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project_id', 'reviewer', '-at'], name='outcome_of_reviewer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'control')), fields=('reviewer', 'item_id'), name='reviewer_answers_a_control_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER revieweroutcome_append_only BEFORE UPDATE OR DELETE ON experts_revieweroutcome "
            "FOR EACH ROW EXECUTE FUNCTION experts_refuse_change();",
            "DROP TRIGGER revieweroutcome_append_only ON experts_revieweroutcome;",
        ),
    ]
