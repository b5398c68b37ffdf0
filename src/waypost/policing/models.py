"""Records of notifications: one told to one force about one alert, and all that happened to it."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.policing.values import Act, Answer, Result, Side, Status


class Notification(models.Model):
    """A breach told to a police force. `facts` and `places` are what it says, as of `facts_at`."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person alert force order_reference requirement_reference kind grave status "
        "version facts_at made_at made_by_id sent_at sent_by_id receive_by answer_by supply_by "
        "result_by left answer result closed_at number pdf_id docx_id",
        location="places",
        sensitive="facts what_happened certainty tried answer_reason result_words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    alert = models.ForeignKey("alerts.Alert", on_delete=models.CASCADE, related_name="+")
    force = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    order_reference = models.CharField(max_length=80)
    requirement_reference = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=40)  # of the alert
    grave = models.BooleanField()
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], db_index=True
    )
    version = models.IntegerField(default=1)
    facts = models.JSONField()
    places = models.JSONField()
    facts_at = models.DateTimeField()
    what_happened = models.TextField()
    certainty = models.TextField(blank=True)
    tried = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)
    receive_by = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    supply_by = models.DateTimeField(null=True)
    result_by = models.DateTimeField(null=True)
    left = models.DurationField(null=True)  # of the answer's clock, while it stands
    answer = models.CharField(
        max_length=20, blank=True, choices=[(one.value, one.value) for one in Answer]
    )
    answer_reason = models.TextField(blank=True)
    result = models.CharField(
        max_length=20, blank=True, choices=[(one.value, one.value) for one in Result]
    )
    result_words = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    number = models.IntegerField(default=0)  # how often it was put on paper: sent, then corrected
    pdf_id = models.BigIntegerField(null=True)  # of the paper that holds now
    docx_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "force"],
                condition=models.Q(closed_at__isnull=True),
                name="notification_open_once",
            )
        ]


class NotificationMove(models.Model):
    """One thing that happened to a notification, with who did it, of which side."""

    declares = Columns(
        Retention.CASE,
        belongs="notification__person",
        plain="id notification at act side from_status to_status officer_id answer by_file",
        personal="signed_by",
        sensitive="words",
    )
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=30, choices=[(one.value, one.value) for one in Act])
    side = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Side])
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    signed_by = models.CharField(max_length=200, blank=True)  # of a file: who answered, as it says
    by_file = models.BooleanField(default=False)
