"""Records of what the police reported: deliveries, their problems, offences in versions."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class OffenceBatch(models.Model):
    declares = Columns(
        Retention.OFFENCE,
        plain="id batch_id force status received_at officer_id digest accepted_count refused_count "
        "new_count changed_count",
        personal="file_name",
        sensitive="outcome notes content",
    )
    batch_id = models.CharField(max_length=60, blank=True)
    force = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20)  # SUCCESSFUL PARTIAL FAILED ERROR
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)  # the same bytes once
    content = models.BinaryField()  # as sent
    received_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    accepted_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    # Of the accepted: never sent before, and saying something else than before; the others say what
    # was known. None in deliveries of before these were counted.
    new_count = models.IntegerField(null=True)
    changed_count = models.IntegerField(null=True)
    outcome = models.JSONField(default=list)  # problems as `offences check` prints them
    notes = models.JSONField(default=list)  # what looked odd and refused nothing


class OffenceVersion(models.Model):
    """One offence as one delivery told it; a resubmission is a new version."""

    declares = Columns(
        Retention.OFFENCE,
        plain="id force reference version crime_type batch line from_at to_at radius_m known_at "
        "digest current",
        location="lat lon easting_m northing_m place",
        sensitive="text",
    )
    force = models.CharField(max_length=40)
    reference = models.CharField(max_length=120)
    version = models.IntegerField(default=1)
    current = models.BooleanField(default=True)
    crime_type = models.CharField(max_length=80, blank=True)
    batch = models.ForeignKey(OffenceBatch, on_delete=models.PROTECT, related_name="offences")
    line = models.IntegerField(null=True)
    from_at = models.DateTimeField(db_index=True)
    to_at = models.DateTimeField()
    lat = models.FloatField()
    lon = models.FloatField()
    easting_m = models.FloatField(null=True)
    northing_m = models.FloatField(null=True)
    radius_m = models.FloatField(default=100.0)
    place = models.TextField(blank=True)  # GeoJSON of a line or an area (shapes.py); "": a point
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["force", "reference", "version"], name="offence_version_once"
            )
        ]
