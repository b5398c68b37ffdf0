"""Records of training: tickets, results taken in; in a practice's own store, attempts."""

from __future__ import annotations

from django.db import models

from waypost.access.values import Role
from waypost.columns import Columns, Retention

ROLES = [(one.value, one.value) for one in Role]


class TicketGiven(models.Model):
    """Leave for an officer to practise for a course. Used once; its key is kept nowhere."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id number officer_id role given_at given_by_id expires_at used_at result_digest",
    )
    number = models.CharField(max_length=40, unique=True)
    officer_id = models.BigIntegerField(db_index=True)
    role = models.CharField(max_length=40, choices=ROLES)
    given_at = models.DateTimeField()
    given_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    result_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file taken in


class TrainingResult(models.Model):
    """What an officer did at a course, passed or not. Never changed."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id ticket officer_id role set_version points of passed ended_at valid_until "
        "attempts exercises recorded_at recorded_by_id",
    )
    ticket = models.OneToOneField(TicketGiven, on_delete=models.PROTECT, related_name="result")
    officer_id = models.BigIntegerField(db_index=True)
    role = models.CharField(max_length=40, choices=ROLES)
    set_version = models.CharField(max_length=20)
    points = models.IntegerField()
    of = models.IntegerField()
    passed = models.BooleanField()
    ended_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    attempts = models.IntegerField()  # at all exercises together
    exercises = models.JSONField(default=list)  # [[exercise, points, of, passed]]
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)


class Attempt(models.Model):
    """One attempt at an exercise, in the store of a practice: no real person is in it."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id officer_id role exercise number made_up_id links from_line began_at ended_at "
        "answers done points of passed",
    )
    officer_id = models.BigIntegerField(db_index=True)
    role = models.CharField(max_length=40, choices=ROLES)
    exercise = models.CharField(max_length=60)
    number = models.IntegerField()
    made_up_id = models.BigIntegerField()  # whom the case is about: nobody real, in no real store
    links = models.JSONField(default=list)  # [[words, path]] of the real pages that show it
    from_line = models.BigIntegerField()  # the audit's last line when it began
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)
    done = models.JSONField(default=list)  # [{kind, detail}]
    points = models.IntegerField(default=0)
    of = models.IntegerField(default=0)
    passed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer_id", "role", "exercise", "number"], name="training_attempt_once"
            )
        ]
