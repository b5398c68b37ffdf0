"""Records of access: organisations, teams, officers, postings, tokens and the audit lines."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from waypost.access.sealing import SealedText
from waypost.access.values import Role
from waypost.columns import Columns, Retention


class Organisation(models.Model):
    declares = Columns(Retention.REFERENCE, plain="id name kind")
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)  # probation_region, police_force, provider, mayor

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    declares = Columns(Retention.REFERENCE, plain="id organisation name area")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    area = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="team_once")]

    def __str__(self) -> str:
        return self.name


class Officer(AbstractUser):
    """Somebody who signs in: staff, or a wearer (then `person_id` says which person)."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id is_active is_staff is_superuser last_login date_joined person_id",
        personal="username first_name last_name email display_name",
        sensitive="password",
    )
    display_name = models.CharField(max_length=200)
    person_id = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username


class Posting(models.Model):
    """A role held in a team from-to. Ended, never deleted."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer role team area programme from_at to_at granted_by_id",
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    area = models.CharField(max_length=120, blank=True)  # over which it carries, beyond the team
    programme = models.CharField(max_length=120, blank=True)  # likewise
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    granted_by_id = models.BigIntegerField(null=True, blank=True)


class PostingRequest(models.Model):
    """That somebody be posted in a role, or a posting end: asked by one, decided by another."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer role team area programme ends status asked_at asked_by decided_at "
        "decided_by",
        personal="words decided_words",
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    area = models.CharField(max_length=120, blank=True)
    programme = models.CharField(max_length=120, blank=True)
    ends = models.ForeignKey(Posting, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=300)  # why
    status = models.CharField(max_length=20)  # waiting, granted, refused, taken_back
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    decided_words = models.CharField(max_length=300, blank=True)


class AccessToken(models.Model):
    """A bearer token of a machine client: only its hash is kept."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id digest officer role scopes made_at made_by_id expires_at revoked_at "
        "last_used_at replaces",
        personal="name",
    )
    digest = models.CharField(max_length=64, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    name = models.CharField(max_length=80, blank=True)  # which machine has it
    role = models.CharField(max_length=40, blank=True)  # the one role it acts in; "": all of them
    scopes = models.CharField(max_length=300, blank=True)  # access/token_scopes.py
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")


class SecondFactor(models.Model):
    """What an officer shows beside the pass phrase. It counts from when it was confirmed until it
    ended; what ended stays as history, without its secret."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer kind used_step made_at confirmed_at ended_at last_used_at sign_count",
        personal="label credential_id public_key",
        sensitive="secret",
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # app, passkey
    label = models.CharField(max_length=60, blank=True)  # the officer's own word for it
    secret = SealedText()  # of an app, base32; "" for a passkey, and once it ended
    credential_id = models.CharField(max_length=1400, null=True, blank=True, unique=True)
    public_key = models.TextField(blank=True)  # of a passkey, with its id: WebAuthn's bytes, base64
    sign_count = models.BigIntegerField(null=True, blank=True)  # of its last use; 0: it counts none
    used_step = models.BigIntegerField(null=True, blank=True)  # access/second_factor.py
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_second_factor"


class RecoveryCode(models.Model):
    """A code on paper, for when the app is lost: good once, only its hash is kept."""

    declares = Columns(Retention.REFERENCE, plain="id officer digest made_at used_at")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_recovery_code"
        constraints = [
            models.UniqueConstraint(fields=["officer", "digest"], name="recovery_code_once")
        ]


class AgencyLink(models.Model):
    """That a subject of an agency's provider opens an account: proposed by one, confirmed by
    another. Ended, never deleted but with its account."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer issuer made_at made_by confirmed_at confirmed_by ended_at",
        personal="subject",
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_agency_link"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=models.Q(ended_at=None),
                name="agency_subject_once",
            )
        ]  # fmt: skip


class FactorReset(models.Model):
    """That somebody's second factors be taken away: asked by one, decided by another."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer status asked_at asked_by decided_at decided_by",
        personal="words decided_words",
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300)  # why, and how it was made sure who asks
    status = models.CharField(max_length=20)  # waiting, granted, refused, taken_back
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    decided_words = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "access_factor_reset"


class AuditLine(models.Model):
    """One act or look, chained to the line before it. Only ever added (access/audit.py).

    `body` holds the canonical bytes that were hashed; the other columns repeat parts of it so that
    lines can be searched, and `waypost audit verify` checks that they agree.
    """

    declares = Columns(
        Retention.AUDIT,
        plain="number at kind officer_id role purpose person_id outcome previous_hash hash "
        "signature",
        personal="origin",
        sensitive="body",
    )
    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=60, db_index=True)
    officer_id = models.BigIntegerField(null=True, db_index=True)
    role = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    person_id = models.BigIntegerField(null=True, db_index=True)
    outcome = models.CharField(max_length=20)  # done, refused
    origin = models.CharField(max_length=80, blank=True)  # access/origin.py
    body = models.BinaryField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "access_audit_line"
        indexes = [models.Index(fields=["purpose", "number"], name="audit_line_purpose")]


class AuditSeal(models.Model):
    """That the lines up to one stood so at a time (access/seals.py). Never changed but for its
    copy outside and its time stamp."""

    declares = Columns(
        Retention.AUDIT,
        plain="number line hash at previous signature kept_outside_at receipt stamp stamped_at",
    )
    number = models.BigIntegerField(primary_key=True)
    line = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    kept_outside_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=200, blank=True)
    stamp = models.BinaryField(null=True)  # of a time authority (access/stamping.py)
    stamped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_audit_seal"
