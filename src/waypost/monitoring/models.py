"""Records of judging: cursor, state, dirty marks, parameters, violations and their versions."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Cursor(models.Model):
    """How far the live lane has read, and up to when it has judged. One row."""

    declares = Columns(Retention.OPERATIONS, plain="id position judged_to beat_at")
    position = models.BigIntegerField(default=0)
    judged_to = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # the worker's last sign of life


class PersonState(models.Model):
    """One upserted row a person: where the rules stand after the last fix folded."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="person",
        plain="person version plan_digest folded_to",
        location="state",
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)
    plan_digest = models.CharField(max_length=64)  # compiled requirements it belongs to
    folded_to = models.DateTimeField(null=True)  # time of the last fix folded
    state = models.BinaryField()


class Checkpoint(models.Model):
    """The state at the start of a UTC day, from which the late lane folds again."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="person",
        plain="id person day plan_digest",
        location="state",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    day = models.DateField()
    plan_digest = models.CharField(max_length=64)
    state = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="checkpoint_once")]


class Dirty(models.Model):
    """A person to be judged again from `earliest_at`: a late fix, a corrected order."""

    declares = Columns(
        Retention.OPERATIONS, belongs="person", plain="person earliest_at marked_at mark reason"
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, primary_key=True)
    earliest_at = models.DateTimeField()
    marked_at = models.DateTimeField(db_index=True)
    mark = models.BigIntegerField(default=1)  # counts marks: cleared only if unchanged
    reason = models.CharField(max_length=40)


class ParameterRevision(models.Model):
    """The rules' numbers in force from a time; a change is a new revision."""

    declares = Columns(Retention.REFERENCE, plain="id values valid_from known_at officer_id digest")
    values = models.JSONField()
    valid_from = models.DateTimeField()
    known_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)


class Violation(models.Model):
    """A violation as it stands; `ViolationVersion` holds how it came to stand so."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person requirement_reference kind from_at to_at certainty minutes raised_at "
        "withdrawn settled version known_at requirement_version_id parameter_revision_id "
        "activation_id",
        sensitive="reasons",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    requirement_reference = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    certainty = models.CharField(max_length=20)
    minutes = models.FloatField()
    reasons = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)  # only a late fix can change it any more
    version = models.IntegerField(default=1)
    known_at = models.DateTimeField()
    requirement_version_id = models.BigIntegerField(null=True)
    parameter_revision_id = models.BigIntegerField(null=True)
    activation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "requirement_reference", "from_at"]),
            models.Index(
                fields=["person"], condition=models.Q(settled=False), name="violation_unsettled"
            ),
        ]


class ViolationVersion(models.Model):
    """One version of a violation: raised, grown, closed, found late, time corrected, withdrawn."""

    declares = Columns(
        Retention.CASE,
        belongs="violation__person",
        plain="id violation version change from_at to_at certainty minutes known_at",
        sensitive="reasons",
    )
    violation = models.ForeignKey(Violation, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()
    change = models.CharField(max_length=20)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    certainty = models.CharField(max_length=20)
    minutes = models.FloatField()
    reasons = models.JSONField(default=list)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["violation", "version"], name="violation_version_once")
        ]
