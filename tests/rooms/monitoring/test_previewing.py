"""What a draft would have done to the last weeks: the machine reads, people see counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from ankle_tag import EVENING, SOBER_NIGHT, Ankle
from parameter_words import AUTHOR, PATIENT, draft, preview, run_jobs
from waypost.access.models import AuditLine
from waypost.access.values import Purpose
from waypost.alerts.trying import would_call
from waypost.errors import Conflict, Refused
from waypost.jobs.models import Job
from waypost.monitoring import previewing
from waypost.monitoring.actions import ask_preview, carry_on, change_draft, fail_preview
from waypost.monitoring.models import ParameterPreview
from waypost.orders.models import Person
from waypost.orders.queries import person_orders
from waypost.positions.queries import fixes_between
from waypost.rules.comparing import Tally
from waypost.rules.replay import replay
from waypost.rules.values import Certainty, Parameters, RowKind
from worked_town import Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    """P1 went quiet three times in the curfew and left once; P2 was in the park."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    town.now = at("+1 08:00")
    evening = [
        "18:55",
        "19:10",
        "19:40",
        "20:05",
        "20:20",
        "22:10",
        "22:20",
        "+1 00:50",
        "+1 01:00",
    ]
    town.send(*((clock, "street" if clock == "20:20" else "home") for clock in evening))
    town.send(("10:00", "park"), ("10:01", "park"), ("10:06", "street"), person=2)
    town.run()
    return town


def by_hand(town: Town, numbers: Parameters) -> dict[str, list]:
    """Both persons' rows by `replay`, the way a file is judged."""
    table = fixes_between(None, at("00:00"), town.now)
    persons = {one.number: one for one in person_orders()}
    rows = {}
    for person in persons.values():
        mine = {int(span.number) for span in person.activations}
        own = table.filter([number in mine for number in table["activation"].to_pylist()])
        named = own.drop_columns(["activation"]).append_column(
            "person", [[str(person.person_id)] * own.num_rows]
        )
        rows[str(person.person_id)] = [row for _, row in replay([person], named, now=town.now,
                                                                parameters=numbers)]  # fmt: skip
    return rows


def result(preview_id: int) -> Tally:
    return Tally.of_json(ParameterPreview.objects.get(pk=preview_id).result)


def test_a_preview_says_what_replaying_by_both_revisions_says(town):
    found = result(preview(draft(town.now), town.now))
    assert (found.persons, found.failed) == (2, 0)
    for numbers, side in ((Parameters(), "before"), (PATIENT, "after")):
        rows = [row for rows in by_hand(town, numbers).values() for row in rows]
        for unknown, table in ((False, found.violations), (True, found.unknown)):
            for kind in (RowKind.CURFEW, RowKind.EXCLUSION):
                mine = [
                    row
                    for row in rows
                    if row.kind is kind and (row.certainty is Certainty.CANNOT_TELL) is unknown
                ]
                standing = [row for row in mine if not row.withdrawn]
                said = getattr(table[kind], side) if kind in table else None
                assert (said.rows if said else 0) == len(standing)
                if said:
                    assert said.taken_back == len(mine) - len(standing)
                    assert said.calls == sum(would_call(row, town.now) for row in mine)
    silence = found.unknown[RowKind.CURFEW]
    assert silence.before.rows > silence.after.rows > 0
    assert silence.vanished.count == silence.before.rows - silence.after.rows
    assert silence.before.minutes > silence.after.minutes


def test_what_is_kept_of_it_holds_no_place_and_no_time_of_anybody(town):
    """Counts, minutes, and numbers of records: never a track."""
    kept = ParameterPreview.objects.get(pk=preview(draft(town.now), town.now)).result
    names: set[str] = set()

    def walk(value) -> None:
        if isinstance(value, dict):
            names.update(value)
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)
        else:
            assert value is None or isinstance(value, int | float)

    walk(kept)
    assert names <= {
        "violations", "unknown", "persons", "fixes", "failed", "unjudged", "before", "after",
        "rows", "minutes", "taken_back", "calls", "same", "changed", "new", "vanished", "count",
        "examples", *RowKind,
    }  # fmt: skip
    text = json.dumps(kept)
    assert "51.5" not in text
    assert "2026" not in text


def test_every_slice_that_was_read_has_its_line_with_the_purpose(town):
    number = preview(draft(town.now), town.now)
    asked, *read = AuditLine.objects.filter(kind__startswith="parameters:preview").order_by(
        "number"
    )
    assert (asked.kind, asked.officer_id) == ("parameters:preview_asked", AUTHOR.officer_id)
    assert {line.purpose for line in (asked, *read)} == {Purpose.RULES_REVIEW.value}
    said = [json.loads(bytes(line.body))["detail"] for line in read]
    assert [one["preview"] for one in said] == [number] * len(said)
    assert sum(one["persons"] for one in said) == 2
    assert sum(one["fixes"] for one in said) == result(number).fixes
    assert said[-1]["ended"]
    assert ParameterPreview.objects.get(pk=number).data_digest == said[-1]["data"]


def test_it_goes_on_where_it_was_whoever_carries_it_out(town, monkeypatch):
    """By slices of one person, with a crash between, it says what one go says."""
    whole = ParameterPreview.objects.get(pk=preview(draft(town.now), town.now))
    monkeypatch.setattr(previewing, "PERSONS_AT_ONCE", 1)
    ticks = iter(range(10_000))

    def clock():  # 10 s pass whenever somebody looks: a slice is one person
        return town.now + timedelta(seconds=10 * next(ticks))

    number = ask_preview(draft(town.now), None, by=AUTHOR, now=town.now)
    Job.objects.all().delete()  # the worker died; whoever comes next goes on
    assert carry_on(number, calls=would_call, clock=clock)
    half = ParameterPreview.objects.get(pk=number)
    assert (half.status, half.done_count, half.person_count) == ("running", 1, 2)
    while carry_on(number, calls=would_call, clock=clock):
        pass
    again = ParameterPreview.objects.get(pk=number)
    assert (again.status, again.done_count) == ("done", 2)
    assert again.result == whole.result
    assert not carry_on(number, calls=would_call, clock=clock)


def test_of_two_workers_with_one_slice_only_one_counts_it(town, monkeypatch):
    number = ask_preview(draft(town.now), None, by=AUTHOR, now=town.now)
    real = previewing._next_ids

    def overtaken(one):
        ids = real(one)
        ParameterPreview.objects.filter(pk=number).update(version=9)
        return ids

    monkeypatch.setattr(previewing, "_next_ids", overtaken)
    with pytest.raises(Conflict):
        carry_on(number, calls=would_call, clock=lambda: town.now)
    assert ParameterPreview.objects.get(pk=number).result == {}


def test_what_came_after_it_was_asked_for_does_not_change_it(town):
    number = ask_preview(draft(town.now), None, by=AUTHOR, now=town.now)
    town.now += timedelta(minutes=1)
    town.send(("19:20", "home"), ("19:30", "home"))
    town.run()
    run_jobs(town.now)
    silence = result(number).unknown[RowKind.CURFEW]
    assert silence.before.minutes == result(preview(draft(at("+1 08:00")), at("+1 08:00"))).unknown[
        RowKind.CURFEW
    ].before.minutes  # fmt: skip
    later = result(preview(draft(town.now), town.now)).unknown[RowKind.CURFEW]
    assert later.before.minutes < silence.before.minutes


def test_a_sample_is_of_so_many_chosen_by_lot_and_says_so(town):
    number = preview(draft(town.now), town.now, sample=1)
    row = ParameterPreview.objects.get(pk=number)
    assert (row.sample_size, row.person_count, row.done_count) == (1, 1, 1)
    assert result(number).persons == 1
    for size in (0, 5_001):
        with pytest.raises(Refused, match="1 to 5000"):
            ask_preview(draft(town.now), size, by=AUTHOR, now=town.now)


def test_people_under_limited_access_and_protected_ones_are_in_no_count(town):
    Person.objects.filter(reference="P1").update(limited=True)
    number = preview(draft(town.now), town.now)
    assert ParameterPreview.objects.get(pk=number).person_count == 1
    assert RowKind.CURFEW not in result(number).unknown
    Person.objects.update(limited=False, protected=True)
    assert result(preview(draft(town.now), town.now)).persons == 0


def test_one_whom_judging_breaks_on_is_counted_as_not_compared(town, monkeypatch):
    real = previewing.try_person
    broken = Person.objects.get(reference="P1").pk

    def try_person(person, *rest, **named):
        if person.number == broken:
            raise ValueError("of our own making")
        return real(person, *rest, **named)

    monkeypatch.setattr(previewing, "try_person", try_person)
    found = result(preview(draft(town.now), town.now))
    assert (found.persons, found.failed) == (1, 1)
    assert found.violations[RowKind.EXCLUSION].same == 1


def test_a_draft_that_changes_stops_its_preview_and_a_second_is_not_begun_beside_the_first(town):
    revision = draft(town.now)
    number = ask_preview(revision, None, by=AUTHOR, now=town.now)
    with pytest.raises(Refused, match="under way"):
        ask_preview(revision, None, by=AUTHOR, now=town.now)
    other = replace(PATIENT, gap_min=timedelta(minutes=45))
    change_draft(revision, other, "Less.", version=1, by=AUTHOR, now=town.now)
    run_jobs(town.now)
    assert ParameterPreview.objects.get(pk=number).status == "stopped"
    assert preview(revision, town.now) > number


def test_the_numbers_in_force_are_not_tried_against_themselves(town):
    with pytest.raises(Refused, match="in force already"):
        ask_preview(draft(town.now, Parameters()), None, by=AUTHOR, now=town.now)


def test_one_that_broke_too_often_says_so_and_another_may_be_asked_for(town, monkeypatch):
    revision = draft(town.now)

    def broken(*_, **__):
        raise OSError("the lake is away")

    with monkeypatch.context() as patch:
        patch.setattr(previewing, "fixes_between", broken)
        number = ask_preview(revision, None, by=AUTHOR, now=town.now)
        for hours in range(1, 7):
            run_jobs(town.now + timedelta(hours=hours))
    row = ParameterPreview.objects.get(pk=number)
    assert (row.status, row.result) == ("failed", {})
    fail_preview(preview(revision, town.now), now=town.now)
    assert ParameterPreview.objects.order_by("pk").last().status == "done"


def test_numbers_of_tags_are_tried_on_what_tags_said(tmp_path, settings):
    """A battery and an evening's readings, by other thresholds; what goes by no number is left."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Ankle()
    town.run()
    town.now = at("+1 09:00")
    town.reads("08:00", SOBER_NIGHT)
    town.reads("18:00", EVENING)
    town.reads("23:30", SOBER_NIGHT)
    for clock, percent in (("10:00", 60), ("12:00", 24), ("14:00", 19), ("16:00", 18)):
        town.says("battery_level", clock, percent=percent)
    town.run()
    unchanged = result(preview(draft(town.now), town.now))
    assert {RowKind.BATTERY, RowKind.ALCOHOL}.isdisjoint(unchanged.violations)
    stricter = replace(Parameters(), battery_low=0.1, alcohol_detected_g_per_dl=0.07)
    found = result(preview(draft(town.now, stricter), town.now))
    for kind in (RowKind.BATTERY, RowKind.ALCOHOL):
        assert (found.violations[kind].before.rows, found.violations[kind].after.rows) == (1, 0)
        assert found.violations[kind].vanished.count == 1
    assert found.violations[RowKind.ALCOHOL].before.calls == 1
    assert RowKind.NO_CONTACT not in found.violations
    milder = replace(Parameters(), alcohol_rise_max_g_per_dl_per_h=0.02)
    found = result(preview(draft(town.now, milder), town.now))
    assert found.violations[RowKind.ALCOHOL].changed == 1
    assert found.violations[RowKind.BATTERY].same == 1
