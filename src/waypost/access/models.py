"""Records of access: organisations, teams, officers, postings, tokens and the audit lines."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

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
        Retention.REFERENCE, plain="id officer role team from_at to_at granted_by_id"
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    granted_by_id = models.BigIntegerField(null=True, blank=True)


class AccessToken(models.Model):
    """A bearer token of a machine client: only its hash is kept."""

    declares = Columns(
        Retention.REFERENCE, plain="id digest officer made_at expires_at revoked_at last_used_at"
    )
    digest = models.CharField(max_length=64, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)


class AuditLine(models.Model):
    """One act or look, chained to the line before it. Only ever added (access/audit.py).

    `body` holds the canonical bytes that were hashed; the other columns repeat parts of it so that
    lines can be searched, and `waypost audit verify` checks that they agree.
    """

    declares = Columns(
        Retention.AUDIT,
        plain="number at kind officer_id role purpose person_id outcome previous_hash hash "
        "signature",
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
    body = models.BinaryField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "access_audit_line"
