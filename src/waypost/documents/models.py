"""Records of what left the house on paper or in a file, and an agency's own templates of papers."""

from __future__ import annotations

from typing import Any

from django.db import models

from waypost.columns import Columns, Retention


class Document(models.Model):
    """A file Waypost made: kept whole, known by its hash, never altered."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id kind about person media_type sha256 made_at officer_id template_version language",
        personal="file_name",
        sensitive="content",
    )
    kind = models.CharField(max_length=60)  # match_bundle; a paper's: paper_kinds.KINDS
    about = models.CharField(max_length=120, db_index=True)  # id of the record it is about
    person = models.ForeignKey(
        "orders.Person", null=True, on_delete=models.CASCADE, related_name="+"
    )
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    template_version = models.IntegerField(null=True)  # 0: the code's own; null: of no template
    language = models.CharField(max_length=8, blank=True)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValueError(f"document {self.pk} is kept as it was made")
        super().save(*args, **kwargs)


class PaperVersion(models.Model):
    """An agency's own template in place of one held in the code; the highest version is in force,
    and one without a text gives the word back to the code."""

    declares = Columns(
        Retention.REFERENCE, plain="id name language version text made_at made_by_id"
    )
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=8, default="en")
    version = models.IntegerField()
    text = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "language", "version"], name="paper_version_once"
            )
        ]
