"""Revisions of the numbers get a life: drafted, proposed, published, from when in force.

What was kept before was published by Waypost itself. The oldest counts from the beginning, since
judging has always begun with some numbers; later ones from when they were first used.
"""

import django.db.models.deletion
from django.db import migrations, models


def publish_what_was_used(apps, schema_editor):
    revisions = apps.get_model("monitoring", "ParameterRevision").objects.order_by("pk")
    seen = set()
    for number, revision in enumerate(revisions):
        revision.status = "published"
        revision.published_at = revision.made_at
        if number == 0:
            revision.effective_from = None
        elif revision.effective_from in seen:  # two workers at one instant: the later stands
            revision.status = "withdrawn"
        seen.add(revision.effective_from)
        revision.save()


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0004_when_a_person_is_due'),
    ]

    operations = [
        migrations.RenameField('parameterrevision', 'valid_from', 'effective_from'),
        migrations.RenameField('parameterrevision', 'known_at', 'made_at'),
        migrations.RenameField('parameterrevision', 'officer_id', 'author_id'),
        migrations.AlterField(
            'parameterrevision', 'effective_from', models.DateTimeField(null=True)
        ),
        migrations.AddField(
            'parameterrevision', 'status', models.CharField(max_length=20, default='draft'),
            preserve_default=False,
        ),
        migrations.AddField('parameterrevision', 'reason', models.TextField(blank=True, default=''),
                            preserve_default=False),
        migrations.AddField('parameterrevision', 'approver_id', models.BigIntegerField(null=True)),
        migrations.AddField('parameterrevision', 'published_at', models.DateTimeField(null=True)),
        migrations.AddField('parameterrevision', 'preview_id', models.BigIntegerField(null=True)),
        migrations.AddField('parameterrevision', 'version', models.IntegerField(default=1)),
        migrations.RunPython(publish_what_was_used, migrations.RunPython.noop),
        migrations.AddConstraint(
            'parameterrevision',
            models.UniqueConstraint(
                condition=models.Q(('status', 'published')), fields=('effective_from',),
                name='one_revision_at_an_instant',
            ),
        ),
        migrations.AddConstraint(
            'parameterrevision',
            models.UniqueConstraint(
                condition=models.Q(('effective_from', None), ('status', 'published')),
                fields=('status',), name='one_revision_at_the_beginning',
            ),
        ),
        migrations.CreateModel(
            name='ParameterMove',
            fields=[
                ('id', models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('officer_id', models.BigIntegerField(null=True)),
                ('from_status', models.CharField(blank=True, max_length=20)),
                ('to_status', models.CharField(max_length=20)),
                ('note', models.TextField(blank=True)),
                ('revision', models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name='moves',
                    to='monitoring.parameterrevision')),
            ],
        ),
        migrations.CreateModel(
            name='ParameterPreview',
            fields=[
                ('id', models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('base_digest', models.CharField(max_length=64)),
                ('status', models.CharField(default='waiting', max_length=20)),
                ('sample_size', models.IntegerField(null=True)),
                ('chosen', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('officer_id', models.BigIntegerField(null=True)),
                ('from_at', models.DateTimeField()),
                ('to_at', models.DateTimeField()),
                ('rules_version', models.CharField(max_length=20)),
                ('code_version', models.CharField(max_length=60)),
                ('lake_version', models.BigIntegerField(null=True)),
                ('log_position', models.BigIntegerField(null=True)),
                ('orders_version', models.BigIntegerField(null=True)),
                ('person_count', models.IntegerField(default=0)),
                ('done_count', models.IntegerField(default=0)),
                ('last_person_id', models.BigIntegerField(default=0)),
                ('data_digest', models.CharField(blank=True, max_length=64)),
                ('result', models.JSONField(default=dict)),
                ('ended_at', models.DateTimeField(null=True)),
                ('version', models.IntegerField(default=1)),
                ('message', models.CharField(blank=True, max_length=300)),
                ('base', models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name='+',
                    to='monitoring.parameterrevision')),
                ('revision', models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name='previews',
                    to='monitoring.parameterrevision')),
            ],
        ),
    ]
