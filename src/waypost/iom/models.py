"""Records of IOM: where each person stands and every decision of it, offers, case conferences with
their agenda and actions, tasks of police teams, shared intelligence."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.iom.values import (
    ActionStatus,
    ConferenceStatus,
    Handling,
    OfferStatus,
    Stage,
    Standing,
    TaskKind,
    TaskStatus,
)


class Conference(models.Model):
    """A case conference of a unit. What is said of people stands in its items."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id unit title at place status version next_at made_at made_by_id closed_at "
        "document_ids",
        personal="chair",
    )
    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)
    place = models.CharField(max_length=200, blank=True)  # a room, or "by video"
    chair = models.CharField(max_length=120)
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in ConferenceStatus]
    )
    version = models.IntegerField(default=1)
    next_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    document_ids = models.JSONField(default=list)  # of the minutes


class Attendance(models.Model):
    """Who came to a conference, for which agency; or sent apologies."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id conference agency present recorded_at recorded_by_id",
        personal="name",
    )
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="attendances")
    agency = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    present = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "agency", "name"], name="attended_once")
        ]


class AgendaItem(models.Model):
    """One person on a conference's agenda, and what was decided of them."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id conference person added_at added_by_id decided_at decided_by_id version",
        sensitive="why decision",
    )
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="items")
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=300)  # why they are on it
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField(null=True)
    decision = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "person"], name="agenda_person_once")
        ]


class Action(models.Model):
    """What was agreed about a person: whose it is, by when, and what shows that it is done."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person conference agency owner_id due_at status version agreed_at agreed_by_id "
        "settled_at settled_by_id",
        personal="owner",
        sensitive="what settled_words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    conference = models.ForeignKey(
        Conference, null=True, on_delete=models.SET_NULL, related_name="actions"
    )  # null: agreed outside one
    what = models.TextField()
    agency = models.CharField(max_length=120)
    owner = models.CharField(max_length=120)
    owner_id = models.BigIntegerField(null=True)  # where the owner signs in here
    due_at = models.DateTimeField()
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in ActionStatus], db_index=True
    )
    version = models.IntegerField(default=1)
    agreed_at = models.DateTimeField()
    agreed_by_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_words = models.TextField(blank=True)


class Member(models.Model):
    """Where a person stands now: the last of their decisions, so that lists are one statement."""

    declares = Columns(
        Retention.CASE, belongs="person", plain="id person unit standing since version"
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Standing], db_index=True
    )
    since = models.DateTimeField()
    version = models.IntegerField(default=1)


class CohortDecision(models.Model):
    """A selection, a move between cohorts, or a de-selection. Never altered."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person unit from_standing to_standing criteria by_meeting conference decided_at "
        "recorded_at recorded_by_id",
        personal="decided_by",
        sensitive="reasons",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    from_standing = models.CharField(max_length=10)
    to_standing = models.CharField(max_length=10)
    criteria = models.JSONField()
    reasons = models.TextField()
    by_meeting = models.BooleanField()
    conference = models.ForeignKey(
        Conference, null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    decided_by = models.CharField(max_length=120)  # the meeting's or the person's name
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)


class Offer(models.Model):
    """What a person is to be offered at one stage, and who owes it."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person stage agency owner_id reached_at due_at status version made_at "
        "entered_at entered_by_id",
        personal="owner",
        sensitive="what",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Stage])
    what = models.TextField()
    agency = models.CharField(max_length=120)
    owner = models.CharField(max_length=120)  # who is to make it
    owner_id = models.BigIntegerField(null=True)
    reached_at = models.DateTimeField()  # when the person came to the stage
    due_at = models.DateTimeField()
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in OfferStatus], db_index=True
    )
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "stage", "reached_at"], name="offer_of_stage_once"
            )
        ]


class OfferMove(models.Model):
    """One thing that happened to an offer, with who and why."""

    declares = Columns(
        Retention.CASE,
        belongs="offer__person",
        plain="id offer at act from_status to_status officer_id",
        sensitive="words",
    )
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField()


class Task(models.Model):
    """What a police team is asked to do about a person, and what came back."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person unit team kind handling status version sent_at sent_by_id answer_by "
        "return_by returned_at found_at",
        sensitive="asked purpose necessity conditions found",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in TaskKind])
    asked = models.TextField()
    purpose = models.TextField()
    necessity = models.TextField()
    handling = models.CharField(max_length=1, choices=[(one.value, one.value) for one in Handling])
    conditions = models.TextField(blank=True)
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in TaskStatus], db_index=True
    )
    version = models.IntegerField(default=1)
    sent_at = models.DateTimeField()
    sent_by_id = models.BigIntegerField(null=True)
    answer_by = models.DateTimeField()
    return_by = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    found = models.TextField(blank=True)
    found_at = models.DateTimeField(null=True)  # when the team was there


class TaskMove(models.Model):
    """One thing that happened to a task, with who did it, on which side."""

    declares = Columns(
        Retention.CASE,
        belongs="task__person",
        plain="id task at act side from_status to_status officer_id",
        sensitive="words",
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    side = models.CharField(max_length=10)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)


class Entry(models.Model):
    """One piece of shared intelligence, graded, with where it came from and who may see it."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person unit source assessment handling organisation_ids officer_ids known_at "
        "review_at entered_at entered_by_id reviewed_at reviewed_by_id ended_at ended_by_id",
        sensitive="words provenance conditions review_words ended_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    provenance = models.TextField()  # from whom, how it came, the other system's reference
    source = models.CharField(max_length=1)
    assessment = models.CharField(max_length=1)
    handling = models.CharField(max_length=1)
    conditions = models.TextField(blank=True)
    organisation_ids = models.JSONField(default=list)  # to whom the conditions let it be shown
    officer_ids = models.JSONField(default=list)
    known_at = models.DateTimeField()  # of when it is
    review_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    review_words = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)  # it is no longer relied on
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.TextField(blank=True)
