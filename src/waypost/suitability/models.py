"""Records of suitability. Findings are added, the newest counts; what people who live there said is
kept in tables of its own, none of which goes out to the wearer."""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.necessity.values import CheckKind
from waypost.orders.values import OrderKind
from waypost.suitability.values import (
    Answer,
    AssessmentKind,
    CheckStatus,
    CommitmentKind,
    Consent,
    GateAct,
    How,
    InPlace,
    LeaveStatus,
    Outcome,
    Signal,
    Status,
    Suitable,
)


class Assessment(models.Model):
    """Whether monitoring is suitable for one person, for one decision of a court or a release.

    officer_id   who assesses; in_cohort: whether they are one of those the programme is for
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind order_kind programme court_area decision_on status version made_at "
        "made_by_id officer_id in_cohort cohort_source court",
        sensitive="why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in AssessmentKind])
    order_kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in OrderKind])
    programme = models.CharField(max_length=40)  # of eligibility.PROGRAMMES
    court = models.CharField(max_length=120)  # or the prison, before a release
    court_area = models.CharField(max_length=120, blank=True)  # borough
    decision_on = models.DateField()  # of the hearing, or the release
    why = models.TextField()
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in Status], default=Status.REFERRED.value
    )
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    officer_id = models.BigIntegerField(null=True, db_index=True)
    in_cohort = models.BooleanField(null=True)
    cohort_source = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["status", "decision_on"], name="assessment_soonest")]


class AssessmentMove(models.Model):
    """One step of an assessment: who took it, and why."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment at act from_status to_status officer_id",
        sensitive="words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=30)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)


class RiskScore(models.Model):
    """A score that a known instrument gave, as somebody read it there; none is made up here."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment instrument scored_on at officer_id",
        sensitive="score words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    instrument = models.CharField(max_length=80)
    score = models.CharField(max_length=40)
    scored_on = models.DateField()
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class Note(models.Model):
    """What is known of health, work, care or faith, in words; the newest of a part counts."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment part at officer_id",
        sensitive="words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="notes")
    part = models.CharField(max_length=20)
    words = models.TextField()
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class Commitment(models.Model):
    """What the person does each week, with its hours where it has some."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment days start end at officer_id ended_at ended_by_id",
        sensitive="kind words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="commitments")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in CommitmentKind])
    words = models.CharField(max_length=300)
    days = models.CharField(max_length=30, blank=True)  # "MO TU"
    start = models.CharField(max_length=5, blank=True)
    end = models.CharField(max_length=5, blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class Home(models.Model):
    """An address at which the person would have to stay. The newest of an assessment counts."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment at officer_id",
        location="address",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="homes")
    address = SealedText(max_length=300)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class HomeFinding(models.Model):
    """What was found of an address. The newest counts; its reasons name those who live there."""

    declares = Columns(
        Retention.CASE,
        belongs="home__assessment__person",
        plain="id home suitable power signal signal_on at officer_id",
        sensitive="reasons",
    )
    home = models.ForeignKey(Home, on_delete=models.CASCADE, related_name="findings")
    suitable = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Suitable])
    reasons = models.TextField()
    power = models.BooleanField(null=True)  # None: not looked at
    signal = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Signal])
    signal_on = models.DateField(null=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class Householder(models.Model):
    """Somebody who lives at the address: no wearer, and nobody the wearer is told of."""

    declares = Columns(
        Retention.CASE,
        belongs="home__assessment__person",
        plain="id home at officer_id",
        personal="name",
        sensitive="relation",
    )
    home = models.ForeignKey(Home, on_delete=models.CASCADE, related_name="householders")
    name = SealedText(max_length=200)
    relation = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class HouseholderAnswer(models.Model):
    """What a householder said, alone, when, to whom and how. The newest counts."""

    declares = Columns(
        Retention.CASE,
        belongs="householder__home__assessment__person",
        plain="id householder consent how asked_at at officer_id",
        personal="asked_by",
        sensitive="words",
    )
    householder = models.ForeignKey(Householder, on_delete=models.CASCADE, related_name="answers")
    consent = models.CharField(max_length=20, choices=[(c.value, c.value) for c in Consent])
    how = models.CharField(max_length=20, choices=[(h.value, h.value) for h in How])
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class Check(models.Model):
    """What one body is asked about an address before somebody must stay there."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment home kind status version requested_at requested_by_id due_at chased "
        "answer answered_at valid_until",
        personal="asked_of answered_by",
        sensitive="words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="checks")
    home = models.ForeignKey(Home, null=True, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=30, choices=[(c.value, c.value) for c in CheckKind])
    asked_of = models.CharField(max_length=120)
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in CheckStatus],
        default=CheckStatus.REQUESTED.value,
    )  # fmt: skip
    version = models.IntegerField(default=1)
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    chased = models.IntegerField(default=0)
    answer = models.CharField(
        max_length=20, blank=True, choices=[(a.value, a.value) for a in Answer]
    )
    words = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)


class CheckMove(models.Model):
    """One step of a check, with what was said then."""

    declares = Columns(
        Retention.CASE,
        belongs="check_asked__assessment__person",
        plain="id check_asked at act from_status to_status officer_id answer",
        sensitive="words",
    )
    check_asked = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)


class Leave(models.Model):
    """That a named person lets an act go on although something is missing: asked by one officer,
    decided by another, for what was missing then and no more."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person assessment act status missing asked_at asked_by_id decided_at "
        "decided_by_id until ended_at ended_by_id version",
        sensitive="why decided_words ended_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(
        Assessment, null=True, on_delete=models.CASCADE, related_name="leaves"
    )
    act = models.CharField(max_length=20, choices=[(a.value, a.value) for a in GateAct])
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in LeaveStatus],
        default=LeaveStatus.ASKED.value,
    )  # fmt: skip
    version = models.IntegerField(default=1)
    missing = models.JSONField(default=list)  # values.Missing, as it stood when asked
    why = models.TextField()
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_words = models.TextField(blank=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.TextField(blank=True)


class ProposedRequirement(models.Model):
    """One thing that the proposal asks for, as the orders file writes it."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment whatif at officer_id ended_at ended_by_id",
        location="data",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="asked")
    data = models.JSONField()
    whatif = models.ForeignKey("whatif.WhatIf", null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class TriedBeside(models.Model):
    """A what-if put beside an assessment as evidence. Only ever added."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment whatif at officer_id",
        sensitive="reason",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="tries")
    whatif = models.ForeignKey("whatif.WhatIf", on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "whatif"], name="tried_beside_once")
        ]


class Proposal(models.Model):
    """The proposal's words in versions: drafted from the facts, edited by an officer, then sent.

    sections   [[title, text]] as an officer left them; what was checked is put beside them by us
    asked      the requirements as they were sent
    """

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment version made_at made_by_id sent_at sent_by_id document_ids sha256",
        sensitive="sections",
        location="asked",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="proposals")
    version = models.IntegerField()
    sections = models.JSONField(default=list)
    asked = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)
    document_ids = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "version"], name="proposal_version_once")
        ]


class Sentence(models.Model):
    """What was decided against the proposal; a correction is another row, and the newest counts."""

    declares = Columns(
        Retention.CASE,
        belongs="assessment__person",
        plain="id assessment version outcome order_reference decided_on in_place at officer_id "
        "court",
        personal="in_place_said_by",
        sensitive="words",
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="sentences")
    version = models.IntegerField()
    outcome = models.CharField(max_length=20, choices=[(o.value, o.value) for o in Outcome])
    order_reference = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField()
    court = models.CharField(max_length=120)
    in_place = models.CharField(max_length=20, choices=[(i.value, i.value) for i in InPlace])
    in_place_said_by = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "version"], name="sentence_version_once")
        ]
