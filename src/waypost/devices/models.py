"""Records of what speaks: the inventory, who wears what, what is asked of tags, what went wrong.

Device           one tag, home unit, beacon or phone, with its state and its history of states
Fitting          how an activation (orders) began and ended: by whom, where, notice, removed why
Visit            an attempt to fit, mend or remove, and what came of it
Pairing          a home unit or beacon at an address, for a person
DeviceCommand    what an officer asked a tag to do
DeviceFlag       something about a tag that an officer should look at
ClinicalRemoval  a tag that comes off for the body's sake, by agreement
ClockDoubt       a clock that seems wrong; ClockCorrection: what an officer accepted
TagSigns         the latest a worn tag said of itself; TagFinding: what is the matter with it
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from waypost.columns import Columns, Retention


class Device(models.Model):
    """`reference` is the id the tag itself reports (an IMEI); `serial` the label on its case."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id reference serial kind model firmware status known_at last_heard_at protocol",
        personal="sim",
    )
    reference = models.CharField(max_length=80, unique=True)
    serial = models.CharField(max_length=80, null=True, unique=True)
    kind = models.CharField(max_length=60, blank=True)  # values.DeviceKind
    model = models.CharField(max_length=60, blank=True)  # "GL300W": cadence is learnt per model
    firmware = models.CharField(max_length=60, blank=True)
    sim = models.CharField(max_length=30, blank=True)  # ICCID
    status = models.CharField(max_length=20, default="stock")  # lifecycle.Status
    protocol = models.CharField(max_length=20, blank=True)
    known_at = models.DateTimeField()
    last_heard_at = models.DateTimeField(null=True)


class DeviceMove(models.Model):
    """One move of a device between states. Only ever added to."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id device at from_status to_status by_id activation",
        sensitive="reason",
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    by_id = models.BigIntegerField(null=True)  # null: the machine
    activation = models.ForeignKey("orders.Activation", null=True, on_delete=models.SET_NULL)
    reason = models.TextField(blank=True)


class DeviceToken(models.Model):
    """What a phone must show to speak as this device. Only a digest is kept."""

    declares = Columns(
        Retention.OPERATIONS, plain="id device made_at made_by_id ended_at", sensitive="digest"
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)


class DevicePlace(models.Model):
    """Networks a device has spoken from. `network` is a keyed hash: enough to know one again, not
    to learn where it is."""

    declares = Columns(
        Retention.OPERATIONS, plain="id device_reference network protocol first_at last_at"
    )
    device_reference = models.CharField(max_length=80)
    network = models.CharField(max_length=32)
    protocol = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device_reference", "network", "protocol"], name="device_place_once"
            )
        ]


class DeviceFlag(models.Model):
    """Something an officer should look at: one open flag a device and kind, growing."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id device_reference kind first_at last_at count detail settled_at settled_by_id",
        sensitive="settled_how",
    )
    device_reference = models.CharField(max_length=80, db_index=True)
    kind = models.CharField(max_length=40)  # values.FlagKind
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.IntegerField(default=1)
    detail = models.JSONField(default=dict)  # ids and figures, no place
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_how = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device_reference", "kind"],
                condition=Q(settled_at=None),
                name="device_flag_open_once",
            )
        ]


class DeviceCommand(models.Model):
    """What an officer asked a tag to do: queued, sent at its next contact, acknowledged by it."""

    declares = Columns(
        Retention.CASE,
        belongs="activation__person",
        plain="id device activation kind interval_s serial queued_at queued_by_id status sent_at "
        "times_sent answered_at answer expires_at",
        sensitive="reason",
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="commands")
    activation = models.ForeignKey("orders.Activation", null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)  # values.CommandKind
    interval_s = models.IntegerField(null=True)
    serial = models.IntegerField()  # 0..65535, the tag gives it back
    reason = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    queued_by_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, default="queued")  # commanding.CommandStatus
    sent_at = models.DateTimeField(null=True)
    times_sent = models.IntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["status", "device"], name="device_command_status")]


class Fitting(models.Model):
    """How an activation began and ended."""

    declares = Columns(
        Retention.CASE,
        belongs="activation__person",
        plain="activation device fitted_by_id removed_by_id induction_at induction_language "
        "induction_sha256 first_fix_seen_at",
        personal="fitted_by_name",
        location="fitted_where",
        sensitive="body_site removed_why induction_how",
    )
    activation = models.OneToOneField(
        "orders.Activation", on_delete=models.CASCADE, primary_key=True, related_name="fitting"
    )
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="fittings")
    fitted_by_id = models.BigIntegerField(null=True)  # who recorded it
    fitted_by_name = models.CharField(max_length=120, blank=True)  # the field officer
    fitted_where = models.CharField(max_length=200, blank=True)
    body_site = models.CharField(max_length=40, blank=True)
    removed_by_id = models.BigIntegerField(null=True)
    removed_why = models.CharField(max_length=200, blank=True)
    induction_at = models.DateTimeField(null=True)  # the notice was given and explained
    induction_language = models.CharField(max_length=40, blank=True)
    induction_how = models.CharField(max_length=200, blank=True)  # read out, interpreter, signed
    induction_sha256 = models.CharField(max_length=64, blank=True)  # of the notice as given
    first_fix_seen_at = models.DateTimeField(null=True)


class Visit(models.Model):
    """An attempt to fit, mend or remove, and what came of it. Only ever added to."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person purpose order_reference requirement_reference activation at outcome "
        "recorded_at recorded_by_id",
        personal="officer_name",
        sensitive="reason",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="visits")
    purpose = models.CharField(max_length=20)  # values.VisitPurpose
    order_reference = models.CharField(max_length=80, blank=True)
    requirement_reference = models.CharField(max_length=80, blank=True)
    activation = models.ForeignKey("orders.Activation", null=True, on_delete=models.CASCADE)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20)  # values.VisitOutcome
    reason = models.TextField(blank=True)
    officer_name = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)


class Pairing(models.Model):
    """A home unit or beacon at an address, for one person, from-to."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id device person radius_m from_at to_at moved_at known_at paired_by_id",
        location="address lat lon",
    )
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="pairings")
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="pairings")
    address = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    radius_m = models.FloatField()  # how far its radio carries: the R95 of "near this beacon"
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)  # it said that it was moved: tells no place since
    known_at = models.DateTimeField()
    paired_by_id = models.BigIntegerField(null=True)


class Protection(models.Model):
    """A protected person, by consent, and the wearer who must stay away from them, from-to."""

    declares = Columns(
        Retention.CASE,
        belongs="protected",
        plain="id protected wearer order_reference from_at to_at known_at made_by_id consent_at "
        "ended_why",
        sensitive="consent_how",
    )
    protected = models.ForeignKey(
        "orders.Person", on_delete=models.CASCADE, related_name="protected_from"
    )
    wearer = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="protects")
    order_reference = models.CharField(max_length=80)  # of the protected person's own arrangement
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    consent_at = models.DateTimeField()
    consent_how = models.CharField(max_length=200)
    ended_why = models.CharField(max_length=200, blank=True)


class ClinicalRemoval(models.Model):
    """A tag that comes off for the body's sake, by agreement, from-to (clinical.py)."""

    declares = Columns(
        Retention.CASE,
        belongs="activation__person",
        plain="id activation from_at until_at ended_at known_at made_by_id ended_by_id event_key",
        sensitive="reason note ended_how",
    )
    activation = models.ForeignKey(
        "orders.Activation", on_delete=models.CASCADE, related_name="clinical_removals"
    )
    reason = models.CharField(max_length=20)  # protocols.event_attributes.REMOVAL_REASONS
    note = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()  # when it is expected to be on again
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=200, blank=True)
    ended_by_id = models.BigIntegerField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)  # null: a tag or hub reported it
    event_key = models.BigIntegerField(null=True)  # of that report


class ClockDoubt(models.Model):
    """A tag's clock that seems wrong while one person wears it, with the offset that would mend it.

    One open doubt an activation, kind and offset, growing; an officer accepts or refuses it.
    """

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="activation__person",
        plain="id activation kind offset_s first_measured_at last_measured_at first_received_at "
        "last_received_at count settled_at settled_by_id accepted",
        sensitive="settled_how",
    )
    activation = models.ForeignKey("orders.Activation", on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)  # clocks.Doubt
    offset_s = models.BigIntegerField(null=True)  # to be added to the device's time; null: unknown
    first_measured_at = models.DateTimeField()
    last_measured_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    count = models.IntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_how = models.CharField(max_length=200, blank=True)
    accepted = models.BooleanField(null=True)


class ClockCorrection(models.Model):
    """An offset that an officer accepted: what was received in [received_from, received_to) with
    this doubt is judged again at device time + offset; the rows as sent stay, set aside."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="activation__person",
        plain="id activation doubt kind offset_s received_from received_to made_at made_by_id rows "
        "log_position",
        sensitive="reason",
    )
    activation = models.ForeignKey("orders.Activation", on_delete=models.CASCADE)
    doubt = models.ForeignKey(ClockDoubt, null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=20)
    offset_s = models.BigIntegerField()
    received_from = models.DateTimeField()
    received_to = models.DateTimeField(null=True)  # null: what comes too, until ended
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    rows = models.IntegerField(default=0)
    log_position = models.BigIntegerField(null=True)


class Cadence(models.Model):
    """How often tags of a model are heard, learnt from the estate. One row a model."""

    declares = Columns(
        Retention.OPERATIONS, plain="id model fix_s contact_s upload_lag_s tags gaps learnt_at"
    )
    model = models.CharField(max_length=60, unique=True)  # "" for tags whose model is not known
    fix_s = models.FloatField()  # median seconds between fixes
    contact_s = models.FloatField()  # 95th percentile of seconds between receipts
    upload_lag_s = models.FloatField()  # median seconds from measured to received
    tags = models.IntegerField()
    gaps = models.IntegerField()
    learnt_at = models.DateTimeField()


class QuarantinedMessage(models.Model):
    """A message from an unknown tag, or one that could not be read: kept whole, never dropped."""

    declares = Columns(
        Retention.QUARANTINE,
        plain="id device_reference protocol received_at reason settled_at settled_by_id "
        "settled_how",
        location="payload",
    )
    device_reference = models.CharField(max_length=80, db_index=True)
    protocol = models.CharField(max_length=20)
    received_at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200)
    payload = models.BinaryField()  # encrypted
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_how = models.CharField(max_length=200, blank=True)


class BatchDelivery(models.Model):
    """An idempotent JSON batch already taken, with the answer it got."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id client key digest received_at log_position",
        location="answer",  # repeats what was wrong with refused rows
    )
    client = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    answer = models.JSONField()
    log_position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="delivery_once")]


class TagSigns(models.Model):
    """The latest that the tag of an activation has said of itself: what its health is judged by.

    Kept by activation, so that a tag moved to somebody else begins with nothing.
    """

    declares = Columns(
        Retention.CASE,
        belongs="activation__person",
        plain="activation contact_at fix_at battery_percent battery_at charging_since "
        "charge_said_at jammed_since jam_said_at",
    )
    activation = models.OneToOneField(
        "orders.Activation", on_delete=models.CASCADE, primary_key=True, related_name="signs"
    )
    contact_at = models.DateTimeField(null=True)  # when we last received anything
    fix_at = models.DateTimeField(null=True)  # when its newest usable fix was measured
    battery_percent = models.FloatField(null=True)
    battery_at = models.DateTimeField(null=True)
    charging_since = models.DateTimeField(null=True)  # null: not charging, as far as it said
    charge_said_at = models.DateTimeField(null=True)  # its last word on charging
    jammed_since = models.DateTimeField(null=True)
    jam_said_at = models.DateTimeField(null=True)


class TagFinding(models.Model):
    """Something the matter with a worn tag, as last judged (health.py): one row an open finding."""

    declares = Columns(
        Retention.CASE, belongs="activation__person", plain="id activation kind since_at"
    )
    activation = models.ForeignKey(
        "orders.Activation", on_delete=models.CASCADE, related_name="findings"
    )
    kind = models.CharField(max_length=30, db_index=True)  # health.FindingKind
    since_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activation", "kind"], name="tag_finding_once")
        ]


class SignsCursor(models.Model):
    """One row: how far the log has been read for signs, and when health was last judged."""

    declares = Columns(Retention.OPERATIONS, plain="id position import_id judged_at learnt_at")
    position = models.BigIntegerField(default=0)
    import_id = models.BigIntegerField(default=0)  # the last import of fixes taken in
    judged_at = models.DateTimeField(null=True)
    learnt_at = models.DateTimeField(null=True)  # cadence
