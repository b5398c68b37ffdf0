"""Records of judging: cursor, state, dirty marks, parameters, violations and their versions."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Cursor(models.Model):
    """How far the live lane has read, and up to when it has judged. One row."""

    declares = Columns(Retention.OPERATIONS, plain="id position judged_to beat_at")
    position = models.BigIntegerField(default=0)
    judged_to = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # the worker's last sign of life


class PersonState(models.Model):
    """One upserted row a person: where the rules stand after the last fix folded."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="person",
        plain="person version plan_digest folded_to due_at moving",
        location="state",
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)
    plan_digest = models.CharField(max_length=64)  # compiled requirements it belongs to
    folded_to = models.DateTimeField(null=True)  # time of the last fix folded
    due_at = models.DateTimeField(null=True)  # what the due table says of the person
    moving = models.BooleanField(default=True)  # violations that are not settled may stand
    state = models.BinaryField()


class Checkpoint(models.Model):
    """The state at the start of a UTC day, from which the late lane folds again."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="person",
        plain="id person day plan_digest",
        location="state",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    day = models.DateField()
    plan_digest = models.CharField(max_length=64)
    state = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="checkpoint_once")]


class Silence(models.Model):
    """A stretch in which the person's tag gave no usable fix, of the rules' gap or longer."""

    declares = Columns(Retention.CASE, belongs="person", plain="id person from_at to_at")
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, db_index=False)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "to_at"])]


class JudgingGap(models.Model):
    """A time in which judging was more than a minute behind; it is judged again once it is over."""

    declares = Columns(Retention.OPERATIONS, plain="id from_at to_at persons again_at")
    from_at = models.DateTimeField(db_index=True)
    to_at = models.DateTimeField(null=True)  # null: it lasts
    persons = models.IntegerField(default=0)  # marked to be judged again
    again_at = models.DateTimeField(null=True)  # when the last of them was


class Dirty(models.Model):
    """A person to be judged again from `earliest_at`: a late fix, a corrected order."""

    declares = Columns(
        Retention.OPERATIONS, belongs="person", plain="person earliest_at marked_at mark reason"
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, primary_key=True)
    earliest_at = models.DateTimeField()
    marked_at = models.DateTimeField(db_index=True)
    mark = models.BigIntegerField(default=1)  # counts marks: cleared only if unchanged
    reason = models.CharField(max_length=40)


class EventCursor(models.Model):
    """How far the event lane has read. One row; every save of the lane raises its version, so that
    of two workers only one saves."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id version position import_id orders_version judged_to heard",
    )
    version = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)  # of the log
    import_id = models.BigIntegerField(default=0)  # the last import of fixes taken in
    orders_version = models.BigIntegerField(default=-1)
    judged_to = models.DateTimeField(null=True)
    heard = models.JSONField(default=list)  # when any tag at all was heard: runs, microseconds


class TagJournal(models.Model):
    """What is remembered of an activation's tag for judging its states (rules/tag_journal.py).

    The last run of each kind stands in columns, microseconds UTC: a tag that is heard as usual
    moves these alone. `journal` holds what came before, and its words.
    """

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="activation__person",
        plain="activation contact_from contact_at fix_from fix_at still_from still_at moving_from "
        "moving_at placeless look_at redo_from redo_at",
        sensitive="journal",  # readings of alcohol
    )
    activation = models.OneToOneField(
        "orders.Activation", on_delete=models.CASCADE, primary_key=True
    )
    contact_from = models.BigIntegerField(null=True)
    contact_at = models.BigIntegerField(null=True)
    fix_from = models.BigIntegerField(null=True)
    fix_at = models.BigIntegerField(null=True)
    still_from = models.BigIntegerField(null=True)
    still_at = models.BigIntegerField(null=True)
    moving_from = models.BigIntegerField(null=True)
    moving_at = models.BigIntegerField(null=True)
    placeless = models.BooleanField(default=False)  # any fix may end, or move, that
    look_at = models.DateTimeField(null=True, db_index=True)  # when time alone may change something
    redo_from = models.BigIntegerField(null=True)  # judge again, by history, from then on
    redo_at = models.DateTimeField(null=True, db_index=True)  # and when to do that
    journal = models.BinaryField()


class ParameterRevision(models.Model):
    """The rules' numbers in force from a time; a change is a new revision, approved by a second
    person. Once proposed its numbers never change; once published nothing about it does."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id status values digest author_id made_at effective_from approver_id published_at "
        "preview_id version",
        sensitive="reason",
    )
    status = models.CharField(max_length=20)  # parameter_lifecycle.Status, but for what time does
    values = models.JSONField()  # by field of rules.values.Parameters; durations in seconds
    digest = models.CharField(max_length=64)  # of the values
    reason = models.TextField(blank=True)  # the author's: why other numbers
    author_id = models.BigIntegerField(null=True)  # None: Waypost itself, the first of a store
    made_at = models.DateTimeField()
    effective_from = models.DateTimeField(null=True)  # published: None is from the beginning
    approver_id = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    preview_id = models.BigIntegerField(null=True)  # published: the one it rests on
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["effective_from"],
                condition=models.Q(status="published"),
                name="one_revision_at_an_instant",
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=models.Q(status="published", effective_from=None),
                name="one_revision_at_the_beginning",
            ),
        ]


class ParameterMove(models.Model):
    """One move of a revision: who, when, why."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id revision at officer_id from_status to_status",
        sensitive="note",
    )
    revision = models.ForeignKey(ParameterRevision, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    note = models.TextField(blank=True)


class ParameterPreview(models.Model):
    """What a draft's numbers would have done to the last weeks: counts and times, never a place.

    The worker goes through the persons in slices; what it has so far stands here, so that it goes
    on after a crash where it was.
    """

    declares = Columns(
        Retention.REFERENCE,
        plain="id revision base digest base_digest status sample_size chosen asked_at officer_id "
        "from_at to_at rules_version code_version lake_version log_position orders_version "
        "person_count done_count last_person_id data_digest result ended_at version message",
    )
    revision = models.ForeignKey(
        ParameterRevision, on_delete=models.CASCADE, related_name="previews"
    )
    base = models.ForeignKey(ParameterRevision, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # of the values tried
    base_digest = models.CharField(max_length=64)
    status = models.CharField(max_length=20, default="waiting")  # waiting running done failed
    sample_size = models.IntegerField(null=True)  # None: everybody
    chosen = models.JSONField(default=list)  # person numbers of a sample
    asked_at = models.DateTimeField()  # only what had been received by then is read
    officer_id = models.BigIntegerField(null=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    rules_version = models.CharField(max_length=20)
    code_version = models.CharField(max_length=60)
    lake_version = models.BigIntegerField(null=True)
    log_position = models.BigIntegerField(null=True)
    orders_version = models.BigIntegerField(null=True)
    person_count = models.IntegerField(default=0)
    done_count = models.IntegerField(default=0)
    last_person_id = models.BigIntegerField(default=0)
    data_digest = models.CharField(max_length=64, blank=True)  # of the rows read, in order
    result = models.JSONField(default=dict)  # rules.comparing.Tally
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    message = models.CharField(max_length=300, blank=True)


class Violation(models.Model):
    """A violation as it stands; `ViolationVersion` holds how it came to stand so."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person requirement_reference kind from_at to_at certainty minutes raised_at "
        "withdrawn settled version known_at requirement_version_id parameter_revision_id "
        "activation_id how chance depth_m fix_count first_fix_at last_fix_at rules_version",
        sensitive="reasons",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    requirement_reference = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    certainty = models.CharField(max_length=20)
    minutes = models.FloatField()
    reasons = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)  # only a late fix can change it any more
    version = models.IntegerField(default=1)
    known_at = models.DateTimeField()
    requirement_version_id = models.BigIntegerField(null=True)
    parameter_revision_id = models.BigIntegerField(null=True)
    activation_id = models.BigIntegerField(null=True)
    how = models.CharField(max_length=20, blank=True)  # rules.values.How
    chance = models.FloatField(null=True)  # modelled chance that none of it was so
    depth_m = models.FloatField(default=0.0)  # furthest beyond the edge, circle taken off
    fix_count = models.IntegerField(default=0)  # fixes that show it
    first_fix_at = models.DateTimeField(null=True)
    last_fix_at = models.DateTimeField(null=True)
    rules_version = models.CharField(max_length=20, blank=True)  # of the code that judged it

    class Meta:
        indexes = [
            models.Index(fields=["person", "requirement_reference", "from_at"]),
            models.Index(
                fields=["person"], condition=models.Q(settled=False), name="violation_unsettled"
            ),
        ]


class ViolationVersion(models.Model):
    """One version of a violation: raised, grown, closed, found late, time corrected, withdrawn."""

    declares = Columns(
        Retention.CASE,
        belongs="violation__person",
        plain="id violation version change from_at to_at certainty minutes known_at how chance "
        "depth_m fix_count rules_version parameter_revision_id",
        sensitive="reasons",
    )
    violation = models.ForeignKey(Violation, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()
    change = models.CharField(max_length=20)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    certainty = models.CharField(max_length=20)
    minutes = models.FloatField()
    reasons = models.JSONField(default=list)
    known_at = models.DateTimeField()
    how = models.CharField(max_length=20, blank=True)
    chance = models.FloatField(null=True)
    depth_m = models.FloatField(default=0.0)
    fix_count = models.IntegerField(default=0)
    rules_version = models.CharField(max_length=20, blank=True)
    parameter_revision_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["violation", "version"], name="violation_version_once")
        ]


class MovingCell(models.Model):
    """The cell of a pair's secret grid that a protected person's device took at an instant.

    Where judging begins anew, it begins with the cell then held, so that a place near a cell's edge
    is in the same one each time (rules/moving.py).
    """

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="protection__protected",
        plain="id protection at",
        location="column row",
    )
    protection = models.ForeignKey("devices.Protection", on_delete=models.CASCADE)
    at = models.DateTimeField()
    column = models.IntegerField()
    row = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["protection", "at"], name="moving_cell_once")
        ]
