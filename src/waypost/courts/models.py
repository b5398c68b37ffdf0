"""Records of what courts sent: each delivery, one message a person of it, and its questions.

A delivery holds no word of anybody. A message holds one person's slice (payload.py), sealed, and
belongs to nobody here until an order of theirs goes in or it is set aside.
"""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.courts.values import Status


class CourtDelivery(models.Model):
    """That something was received: known by its digest, so that the same sent again changes
    nothing."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id digest source received_at received_by_id people monitored",
    )
    digest = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    received_by_id = models.BigIntegerField(null=True)
    people = models.IntegerField()
    monitored = models.IntegerField()  # orders among them that speak of electronic monitoring


class CourtMessage(models.Model):
    """One order of one person in a delivery. `nth`: of the orders in the person's slice."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id delivery digest nth form status received_at due_at settled_at order_reference "
        "person version resembles",
        personal="called",
        sensitive="payload trouble set_aside_why",
    )
    delivery = models.ForeignKey(CourtDelivery, on_delete=models.PROTECT, related_name="messages")
    person = models.ForeignKey(
        "orders.Person", null=True, on_delete=models.CASCADE, related_name="court_messages"
    )
    digest = models.CharField(max_length=64)  # of the slice
    nth = models.IntegerField(default=0)
    form = models.CharField(max_length=20, blank=True)  # values.Form; "" where it was not read
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], db_index=True
    )
    called = SealedText(max_length=200, blank=True)  # whose it says it is, for the work list
    payload = SealedText()
    trouble = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    order_reference = models.CharField(max_length=80, blank=True)
    set_aside_why = models.CharField(max_length=1000, blank=True)
    version = models.IntegerField(default=1)  # moves with every answer
    # Numbers of persons here whom it may be about: who may not know of one may not see it.
    resembles = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "nth"], name="court_message_once"),
        ]


class CourtQuestion(models.Model):
    """A question of a message with its answer. The words stand in the message, at `path`."""

    declares = Columns(
        Retention.CASE,
        belongs="message__person",
        plain="id message key wants blocking answered_at answered_by_id",
        sensitive="answer why words path",
    )
    message = models.ForeignKey(CourtMessage, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=120)
    wants = models.CharField(max_length=20)
    blocking = models.BooleanField()
    path = models.CharField(max_length=300)
    words = SealedText(blank=True)
    why = SealedText()
    answer = SealedText(blank=True)  # JSON of values.Answer; "" while it waits
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "key"], name="court_question_once"),
        ]


class CourtPerson(models.Model):
    """By which id a sender calls one of our persons. `value` is a digest: ids are kept in the
    message; here they are only recognised."""

    declares = Columns(
        Retention.CASE, belongs="person", plain="id person name known_at", personal="value"
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)  # master_defendant_id, case_id
    value = models.CharField(max_length=64)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "value"], name="court_person_id_once"),
        ]
