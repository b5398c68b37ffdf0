"""Records of matching: runs with what they ran on, and their matches."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class MatchingRun(models.Model):
    declares = Columns(
        Retention.OFFENCE,
        plain="id method parameters code_version data_digest result_digest lake_version "
        "log_position population spans read_by offence_count match_count status made_at ended_at "
        "officer_id batch_id follows_id",
        sensitive="message",
    )
    method = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    code_version = models.CharField(max_length=60)
    data_digest = models.CharField(max_length=64, blank=True)  # of the rows read
    result_digest = models.CharField(max_length=64, blank=True)  # of the matches (comparing.py)
    read_by = models.DateTimeField(null=True)  # what had been received by then was read
    lake_version = models.BigIntegerField(null=True)
    log_position = models.BigIntegerField(null=True)
    population = models.JSONField(default=list)  # activation numbers in scope
    spans = models.JSONField(default=dict)  # of those in scope for a part of the time (actions)
    batch_id = models.BigIntegerField(null=True)
    # The run that late fixes made answer anew (late.py): its offences stand in RunOffence from the
    # moment it is asked for, and are a part of the delivery's.
    follows_id = models.BigIntegerField(null=True)
    offence_count = models.IntegerField(default=0)
    match_count = models.IntegerField(default=0)
    status = models.CharField(max_length=20, default="waiting")  # waiting running done failed
    message = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    officer_id = models.BigIntegerField(null=True)


class RunOffence(models.Model):
    """Which version of an offence a run weighed, whether anybody matched or not; by evidence, also
    the run whose answer it takes the place of (answers.py). That one stays as it is."""

    declares = Columns(
        Retention.OFFENCE, plain="id run offence_id before_run_id expected_by_chance"
    )
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="offences")
    offence_id = models.BigIntegerField(db_index=True)  # offences.OffenceVersion
    before_run_id = models.BigIntegerField(null=True)
    # Wearers within the place at a random instant, by evidence; null: none was searched, or before
    # this was kept.
    expected_by_chance = models.FloatField(null=True)


class MatchChange(models.Model):
    """A match in which a run's answer differs from the one whose place it takes."""

    declares = Columns(
        Retention.OFFENCE,
        belongs="person",
        plain="id run before_run_id offence_id person activation_id what verdict_before "
        "verdict_after score_before score_after",
    )
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="changes")
    before_run_id = models.BigIntegerField()
    offence_id = models.BigIntegerField(db_index=True)  # the version that the run weighed
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    activation_id = models.BigIntegerField()
    what = models.CharField(max_length=10)  # comparing.What
    verdict_before = models.CharField(max_length=20, blank=True)  # "": there was none
    verdict_after = models.CharField(max_length=20, blank=True)
    score_before = models.FloatField(null=True)
    score_after = models.FloatField(null=True)


class Followed(models.Model):
    """One row: up to where late fixes were looked for (late.py)."""

    declares = Columns(Retention.OPERATIONS, plain="id log_position import_id at")
    log_position = models.BigIntegerField()
    import_id = models.BigIntegerField()
    at = models.DateTimeField()


class Match(models.Model):
    declares = Columns(
        Retention.OFFENCE,
        belongs="person",
        plain="id run offence_id person activation_id score verdict sequences seconds_inside "
        "coverage presence likelihood_ratio base_rate expected_by_chance needed_mps unsound "
        "unsound_from_at unsound_to_at",
        location="nearest_m nearest_spread_m entry_mps entry_course_deg exit_mps exit_course_deg "
        "fixes",
    )
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="matches")
    offence_id = models.BigIntegerField(db_index=True)  # offences.OffenceVersion
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    activation_id = models.BigIntegerField()
    score = models.FloatField()
    verdict = models.CharField(max_length=20)  # the file's column is called `class`
    sequences = models.TextField()
    nearest_m = models.FloatField(null=True)
    # How far that may be off, in 95 of 100 cases; null: not known, or before this was kept.
    nearest_spread_m = models.FloatField(null=True)
    seconds_inside = models.FloatField(default=0.0)
    coverage = models.FloatField(null=True)
    # By evidence alone (evidence.Weighed); null in runs of the compatible rule.
    presence = models.FloatField(null=True)
    likelihood_ratio = models.FloatField(null=True)
    base_rate = models.FloatField(null=True)
    expected_by_chance = models.FloatField(null=True)
    needed_mps = models.FloatField(null=True)
    # How it came to the place and left it; null where that was not observed (evidence.Leg).
    entry_mps = models.FloatField(null=True)
    entry_course_deg = models.FloatField(null=True)  # the way it moved, from north
    exit_mps = models.FloatField(null=True)
    exit_course_deg = models.FloatField(null=True)
    # What of the tag was not sound about that time (unsound.Why), from-to; "": nothing is known.
    unsound = models.CharField(max_length=20, blank=True)
    unsound_from_at = models.DateTimeField(null=True)
    unsound_to_at = models.DateTimeField(null=True)  # null: no end is known
    fixes = models.JSONField(default=list)  # the qualifying fixes as read, with label


class Look(models.Model):
    """A look at many people at once, with the reason that was stated for it (looks.py)."""

    declares = Columns(
        Retention.OFFENCE, plain="id kind offence_id officer_id at", sensitive="reason"
    )
    kind = models.CharField(max_length=20)  # looks.LookKind
    offence_id = models.BigIntegerField(null=True)  # offences.OffenceVersion
    officer_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_index=True)
    reason = models.TextField()
