"""Records of the person's own voice, and of what was said when they met their officer.

Goal, Complaint, Questionnaire   the wearer's words and answers
ContactNote, WeeklyReview        the officer's, made from facts; a change is a new version
WayIn                            a letter with which a wearer signs in without e-mail
"""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.voice.values import About, GoalState, Side, Stage, Status


class Goal(models.Model):
    """A goal in the wearer's own words. Each change is a version; the newest stands."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person number version state made_at",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField()
    version = models.IntegerField()
    words = models.CharField(max_length=500)
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in GoalState])
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number", "version"], name="goal_version_once"
            )
        ]


class Complaint(models.Model):
    """about_officer_id: whom it is about, who does not answer it. late_at: when others were told
    that the answer is late."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person about about_officer_id status version made_at own made_by_id answer_by "
        "answered_at answered_by_id again_at again_answered_at again_by_id late_at",
        sensitive="words answer again_words again_answer",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=20, choices=[(a.value, a.value) for a in About])
    about_officer_id = models.BigIntegerField(null=True)
    words = models.TextField()
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in Status], default=Status.WAITING
    )
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    own = models.BooleanField(default=True)
    made_by_id = models.BigIntegerField(null=True)
    answer_by = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    again_words = models.TextField(blank=True)
    again_at = models.DateTimeField(null=True)
    again_answer = models.TextField(blank=True)
    again_answered_at = models.DateTimeField(null=True)
    again_by_id = models.BigIntegerField(null=True)
    late_at = models.DateTimeField(null=True)


class Questionnaire(models.Model):
    """That somebody was asked, at a stage of an order, and what they answered.

    answers   {question: {"choice": value, "words": own words}}; what was skipped is not in it
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person side stage order_reference set_version officer_id due_at answered_at",
        sensitive="answers",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Side])
    stage = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Stage])
    order_reference = models.CharField(max_length=80)
    set_version = models.IntegerField()
    officer_id = models.BigIntegerField(null=True)  # who answered, of practitioners
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    answers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "side", "stage"], name="questionnaire_once"
            )
        ]


class ContactNote(models.Model):
    """The exact words of a contact note, as an officer left them. A change is a new version."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person number version from_at to_at made_at made_by_id",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField()
    version = models.IntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    words = models.TextField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "voice_contact_note"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number", "version"], name="contact_note_version_once"
            )
        ]


class WeeklyReview(models.Model):
    """That an officer went through a week with the facts of it.

    note_number   the contact note that was kept with it; nothing_further: nothing is to be done
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person from_at to_at done_at done_by_id praised note_number nothing_further",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    done_at = models.DateTimeField()
    done_by_id = models.BigIntegerField(null=True)
    praised = models.BooleanField(default=False)
    note_number = models.IntegerField(null=True)
    nothing_further = models.BooleanField(default=False)
    words = models.TextField(blank=True)

    class Meta:
        db_table = "voice_weekly_review"
        indexes = [models.Index(fields=["person", "-done_at"], name="review_newest_first")]


class WayIn(models.Model):
    """A letter for one wearer: its code opens their account once, to choose a pass phrase. Only the
    code's digest is kept."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person officer_id digest made_at made_by_id until_at used_at ended_at",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    officer_id = models.BigIntegerField()  # the wearer's account
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    until_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "voice_way_in"
