"""Control items and blind second looks: copies of texts handed to reviewers beside the pipeline."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0017_fairness'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='control_feedback',
            field=models.BooleanField(db_default=False, default=False, help_text='After a control item the reviewer reads what it was and how it is to be judged.', verbose_name='tell reviewers at once'),
        ),
        migrations.AddField(
            model_name='project',
            name='control_new_until',
            field=models.PositiveSmallIntegerField(db_default=50, default=50, verbose_name='reviews during which a reviewer is new'),
        ),
        migrations.AddField(
            model_name='project',
            name='control_percent',
            field=models.PositiveSmallIntegerField(db_default=4, default=4, help_text="Share of a reviewer's work whose verdict is known, in per cent.", validators=[django.core.validators.MaxValueValidator(30)], verbose_name='control items'),
        ),
        migrations.AddField(
            model_name='project',
            name='control_percent_new',
            field=models.PositiveSmallIntegerField(db_default=10, default=10, help_text='The same while somebody is new here, in per cent.', validators=[django.core.validators.MaxValueValidator(30)], verbose_name='control items for new reviewers'),
        ),
        migrations.AddField(
            model_name='project',
            name='control_showings',
            field=models.PositiveSmallIntegerField(db_default=20, default=20, help_text='After so many reviewers it is retired.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='showings of a control item'),
        ),
        migrations.AddField(
            model_name='project',
            name='second_look_percent',
            field=models.PositiveSmallIntegerField(db_default=5, default=5, help_text='Share of settled reviews that somebody else judges again, in per cent.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='blind second looks'),
        ),
        migrations.CreateModel(
            name='Control',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('accept', 'Accept'), ('edit', 'Send to editor'), ('return', 'Return'), ('reject', 'Reject')], max_length=8)),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('factually_wrong', 'Factually wrong'), ('adds_facts', 'Adds facts not in the context'), ('off_skill', 'Not the skill of its cell'), ('ignores_instruction', 'Does not do what the prompt asks'), ('incomplete', 'Incomplete'), ('unclear_prompt', 'Unclear or trivial prompt'), ('too_long', 'Too long'), ('too_short', 'Too short'), ('format', 'Wrong format'), ('language', 'Grammar or style'), ('sounds_generated', 'Sounds generated'), ('bad_link', 'Bad link or source'), ('unsafe', 'Unsafe'), ('duplicate', 'Duplicate'), ('other', 'Other')], max_length=24), blank=True, default=list, size=None)),
                ('made_at', models.DateTimeField()),
                ('shown', models.PositiveIntegerField(default=0)),
                ('retired_at', models.DateTimeField(null=True)),
                ('cell', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.cell')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='controls', to='annotation.project')),
                ('retired_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='control', to='annotation.revision')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='controls', to='annotation.item')),
            ],
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('control', 'Control item'), ('second', 'Blind second look')], max_length=8)),
                ('wanted_at', models.DateTimeField()),
                ('planted_at', models.DateTimeField(null=True)),
                ('pretends_accept', models.BooleanField(default=False)),
                ('moves_on_at', models.DateTimeField(null=True)),
                ('judged_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('agrees', models.BooleanField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('cell', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.cell')),
                ('control', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='annotation.control')),
                ('displaced', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.item')),
                ('item', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='look', to='annotation.item')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='annotation.project')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.revision')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='annotation.item')),
            ],
        ),
        migrations.CreateModel(
            name='SpareNumber',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotation.project')),
            ],
        ),
        migrations.AddIndex(
            model_name='control',
            index=models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['project', 'cell'], name='control_in_use'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(fields=['displaced', 'person'], name='look_in_place_of'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(condition=models.Q(('item__isnull', True)), fields=['cell', 'wanted_at'], name='look_wanted'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('item__isnull', False)), fields=['moves_on_at'], name='look_to_close'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.UniqueConstraint(fields=('person', 'source'), name='look_once_per_person_and_source'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'second')), fields=('revision',), name='look_again_once'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('control__isnull', False), ('item__isnull', False), ('kind', 'control')), models.Q(('control__isnull', True), ('kind', 'second')), _connector='OR'), name='look_is_of_a_control_or_again'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('item__isnull', True), ('moves_on_at__isnull', True), ('person__isnull', True), ('planted_at__isnull', True)), models.Q(('item__isnull', False), ('moves_on_at__isnull', False), ('person__isnull', False), ('planted_at__isnull', False)), _connector='OR'), name='look_is_handed_to_somebody_or_waits'),
        ),
        migrations.AddIndex(
            model_name='sparenumber',
            index=models.Index(fields=['project', 'number'], name='spare_number_of_project'),
        ),
    ]
