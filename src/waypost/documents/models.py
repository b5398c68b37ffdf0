"""Records of what left the house on paper or in a file."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Document(models.Model):
    """A file Waypost made: kept whole, known by its hash."""

    declares = Columns(
        Retention.CASE,
        plain="id kind about media_type sha256 made_at officer_id",
        personal="file_name",
        sensitive="content",
    )
    kind = models.CharField(max_length=60)  # match_bundle, intake_outcome ...
    about = models.CharField(max_length=120)  # id of the record it is about
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
