"""The event lane on the real store: what tags say and their silence, saved once, in any order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from worked_town import Tags, Town, alerts, at, clock_text

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Tags:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Tags()
    town.now = at("08:01")
    town.run()
    return town


def states(person: str = "P2", *, withdrawn: bool = False) -> list[str]:
    """Rows of tags as lines: kind how from-to."""
    from waypost.monitoring.models import Violation
    from waypost.rules.values import EVENT_KINDS

    rows = Violation.objects.filter(
        withdrawn=withdrawn, kind__in=EVENT_KINDS, person__reference=person
    )
    return [
        " ".join(filter(None, (row.kind, row.how,
                               f"{clock_text(row.from_at)}-{clock_text(row.to_at)}")))
        for row in rows.order_by("from_at", "kind", "pk")
    ]  # fmt: skip


def of(kind: str) -> list[str]:
    return [line for line in states() if line.startswith(kind)]


def changes() -> list[str]:
    from waypost.monitoring.models import ViolationVersion
    from waypost.rules.values import EVENT_KINDS

    rows = ViolationVersion.objects.filter(
        violation__kind__in=EVENT_KINDS, violation__person__reference="P2"
    )
    return list(rows.order_by("pk").values_list("change", flat=True))


def mine() -> list[str]:
    return [line for line in alerts() if line.startswith("P2")]


def test_a_silence_opens_by_the_clock_alone_and_closes_with_the_next_word(town):
    town.heard("08:05", "10:00")
    town.run()
    assert states() == ["no_contact 08:00-08:05"] or states() == []
    before = states()
    town.now = at("10:14")
    town.run()
    assert states() == before
    town.now = at("10:16")
    town.run()
    assert states() == [*before, "no_contact 10:00-"]
    town.heard("11:00", "11:05")
    town.run()
    assert states() == [*before, "no_contact 10:00-11:00"]
    assert changes()[-2:] == ["raised", "closed"]
    assert mine() == []  # an hour calls nobody


def test_a_silence_is_told_though_another_tag_never_lets_the_lane_rest(town, monkeypatch):
    town.heard("08:05", "10:00")
    town.run()
    town.now = at("10:16")
    take_in = town.lane._take_in

    def while_another_speaks(*given: object) -> None:
        take_in(*given)
        town.heard("10:16", "10:16", person=1)

    monkeypatch.setattr(town.lane, "_take_in", while_another_speaks)
    town.heard("10:16", "10:16", person=1)
    for _ in range(3):
        town.lane.round()
    assert states()[-1] == "no_contact 10:00-"


def test_a_silence_that_lasts_calls_somebody_after_four_hours_and_not_before(town):
    town.heard("08:05", "10:00")
    town.now = at("13:59")
    town.run()
    assert mine() == []
    town.now = at("14:01")
    town.run()
    assert mine() == ["P2 no_contact certain raised"]


def test_a_tag_that_comes_back_in_time_calls_nobody_even_if_the_lane_was_late(town):
    """The hold is fired by how far this lane has judged, never by another's clock."""
    town.heard("08:05", "10:00")
    town.now = at("10:20")
    town.run()
    town.heard("13:50", "14:10")
    town.now = at("14:11")
    Town.run(town)  # the worker alone: its time is past the hold
    assert mine() == []
    town.run()
    assert mine() == []
    assert states()[-1] == "no_contact 10:00-13:50"


def test_a_battery_story_grows_joins_the_report_and_ends_when_charged(town):
    town.heard("08:05", "09:00")
    for when, kind, percent in (
        ("09:05", "battery_low", 18), ("09:40", "battery_critical", 8), ("09:50", "battery_dead", 0)
    ):  # fmt: skip
        town.now = at(when)
        town.says(kind, when, percent=percent)
        town.run()
    assert of("battery")[-1] == "battery dead 09:05-"
    assert mine() == ["P2 battery_dead certain raised"]
    town.now = at("09:55")
    town.says("charging_started", "09:55", percent=0)
    town.run()
    assert of("battery")[-1] == "battery dead 09:05-09:55"
    assert mine() == ["P2 battery_dead certain raised"]  # a person closes it
    assert [one for one in changes() if one == "grown"] == ["grown", "grown"]


def test_a_level_alone_makes_a_battery_alert_graver_though_no_report_said_so(town):
    town.heard("08:05", "09:00")
    town.now = at("09:05")
    town.says("battery_level", "09:05", percent=15)
    town.run()
    assert mine() == []
    town.heard("09:10", "10:10")
    town.run()
    assert mine() == ["P2 battery_low certain raised"]
    town.says("battery_level", "10:10", percent=4)
    town.run()
    assert mine() == ["P2 battery_critical certain raised"]


def test_jamming_ends_when_satellites_are_heard_again(town):
    town.heard("08:05", "09:00")
    town.now = at("09:01")
    town.says("jamming", "09:00")
    town.run()
    assert of("jamming")[-1] == "jamming 09:00-"
    town.heard("09:05", "09:20")
    town.run()
    assert of("jamming")[-1] == "jamming 09:00-09:15"
    assert mine() == ["P2 jamming certain raised"]


def test_a_tag_in_contact_without_a_place_is_told_and_a_place_that_comes_late_takes_it_back(town):
    town.heard("08:05", "09:00")
    for minute in range(5, 65, 5):
        town.now = at("09:00") + timedelta(minutes=minute)
        town.says("contact", f"{town.now:%H:%M}")
        town.run()
    assert of("no_location")[-1] == "no_location 09:00-"
    town.append(town.rows([(f"09:{m:02d}", "street") for m in range(5, 60, 5)], 2))
    town.run()
    assert "no_location 09:00-" in states(withdrawn=True)
    assert not any(line.startswith("no_location") for line in states())


def test_a_tag_that_lies_still_all_day_may_be_off(town):
    when = at("08:05")
    while when <= at("16:00"):
        town.now = when
        text = f"{when:%H:%M}"
        town.append(town.rows([(text, "street")], 2, text))
        town.says("contact", text, motion=False)
        when += timedelta(minutes=15)
        town.run()
    assert of("stationary")[-1] == "stationary 08:00-"
    assert "P2 stationary possible raised" in mine()
    town.now = at("16:10")
    town.says("contact", "16:10", motion=True)
    town.run()
    assert of("stationary")[-1] == "stationary 08:00-16:00"


def test_a_still_tag_whose_fixes_move_is_worn_and_its_sensor_is_wrong(town):
    when = at("08:05")
    places = ["street", "home", "park"]
    hour = 0
    while when <= at("16:00"):
        town.now = when
        text = f"{when:%H:%M}"
        town.append(town.rows([(text, places[hour // 8 % 3])], 2, text))
        town.says("contact", text, motion=False)
        hour += 1
        when += timedelta(minutes=15)
        town.run()
    assert not any(line.startswith("stationary") for line in states())


def test_a_clock_in_doubt_is_a_state_until_an_officer_decides(town):
    from waypost.devices.models import ClockDoubt
    from waypost.orders.models import Activation

    activation = Activation.objects.get(reference="A2")
    doubt = ClockDoubt.objects.create(
        activation=activation, kind="wrong_hour", offset_s=3600, count=5,
        first_measured_at=at("10:00"), last_measured_at=at("10:05"),
        first_received_at=at("09:00"), last_received_at=at("09:05"),
    )  # fmt: skip
    town.heard("08:05", "09:30")
    town.run()
    assert "clock_wrong 09:00-" in states()
    ClockDoubt.objects.filter(pk=doubt.pk).update(settled_at=at("09:40"), accepted=True)
    town.heard("09:35", "10:00")
    town.run()
    assert "clock_wrong 09:00-09:40" in states()
    ClockDoubt.objects.filter(pk=doubt.pk).update(accepted=False)


def test_the_same_entries_again_change_nothing(town):
    from waypost.monitoring.models import EventCursor

    town.heard("08:05", "09:00")
    town.now = at("09:40")
    town.says("battery_low", "09:35", percent=12)
    town.run()
    before = (states(), changes(), alerts())
    EventCursor.objects.update(position=0, import_id=0)
    town.lane = town.make_lane()
    town.run()
    assert (states(), changes(), alerts()) == before


def test_order_and_batches_of_what_arrives_change_nothing_once_all_is_in(tmp_path, settings, town):
    """Words shuffled, sent twice, in entries of other sizes: the rows are the same."""
    story = [("battery_low", "08:30"), ("charging_started", "08:50"), ("jamming", "09:10"),
             ("jamming_ended", "09:20"), ("battery_dead", "11:00"), ("contact", "11:30"),
             ("charging_ended", "09:00"), ("charging_started", "12:00")]  # fmt: skip
    outcomes = []
    for seed, person in ((0, 1), (1, 2)):
        told = [*story, *story] if seed else list(story)
        random.Random(seed).shuffle(told)
        town.now = at("12:30")
        for number, (kind, when) in enumerate(told):
            town.says(kind, when, person=person)
            if seed or number % 3 == 0:
                town.lane.run_until_idle()
        town.lane.run_until_idle()
        outcomes.append([line for line in states(f"P{person}") if "contact" not in line])
    assert outcomes[0] == outcomes[1]
    assert outcomes[0] == [
        "battery low 08:30-08:50", "jamming 09:10-09:20", "battery dead 11:00-12:00",
    ]  # fmt: skip


def test_words_that_come_days_late_correct_the_rows_as_new_versions(town):
    town.heard("08:05", "09:00")
    town.run()
    town.heard("+14 08:00", "+14 08:30")
    town.run()
    assert any(line.startswith("no_contact 09:00") for line in states())
    town.says("battery_dead", "09:05", percent=0)  # 14 days old: older than the journal
    town.run()
    town.now += timedelta(minutes=2)
    town.run()
    assert any(line.startswith("battery dead 09:05") for line in states())
    assert "found_late" in changes()


def test_a_tag_taken_off_or_an_order_that_ends_closes_what_lasts(town):
    from waypost.orders.actions import bump_head
    from waypost.orders.models import Activation

    town.heard("08:05", "09:00")
    town.now = at("10:00")
    town.run()
    assert states()[-1] == "no_contact 09:00-"
    Activation.objects.filter(reference="A2").update(to_at=at("09:50"), version=2)
    bump_head()
    town.now = at("10:01")
    town.run()
    assert states()[-1] == "no_contact 09:00-09:50"


def test_history_brought_in_is_judged_and_floods_no_inbox(town, tmp_path):
    from functools import partial

    from waypost.access.values import MACHINE
    from waypost.monitoring.actions import mark_dirty
    from waypost.positions.actions import import_fixes

    lines = ["activation_id,time,lat,lon,accuracy_m,mechanism"]
    lines += [
        f"A2,2026-03-{day:02d}T{hour:02d}:{minute:02d}:00Z,51.5570,-0.0540,8,GPS"
        for day in (3, 4, 5, 6)
        for hour in (8, 9, 10, 15, 16, 17)
        for minute in range(0, 60, 5)
    ]
    file = tmp_path / "fixes.csv"
    file.write_text("\n".join(lines))
    town.now = at("+4 18:10")
    import_fixes(str(file), renames={}, by=MACHINE, now=town.now,
                 mark=partial(mark_dirty, reason="import", now=town.now))  # fmt: skip
    town.run()
    silent = [line for line in states() if line.startswith("no_contact")]
    assert len(silent) == 8  # three gaps by day, each night, and before the first
    assert mine() == []
    assert changes().count("withdrawn") == 0


def test_an_estate_that_is_not_heard_at_all_is_our_own_silence(town, monkeypatch):
    from waypost.monitoring import event_lane

    monkeypatch.setattr(event_lane, "DEAF_TAGS", 2)
    for _ in range(2):
        town.heard("08:05", "09:00", person=1)
        town.heard("08:05", "09:00", person=2)
    town.run()
    town.now = at("12:00")
    town.run()
    assert not any("09:00-" in line for line in states())
    town.heard("12:05", "12:40", person=1)
    town.run()
    assert states()[-1] == "no_contact 12:05-"  # P1 is heard again; P2 is not


def test_two_workers_on_the_same_log_save_once(town):
    other = town.make_lane()
    town.heard("08:05", "09:00")
    town.now = at("10:00")
    town.says("battery_low", "09:30", percent=15)
    for _ in range(4):
        town.lane.round()
        other.round()
    town.run()
    other.run_until_idle()
    rows = states()
    assert len(rows) == len(set(rows))
    assert changes().count("raised") == len(rows)


def test_a_worker_that_was_outrun_saves_nothing_and_reads_again(town, monkeypatch):
    from waypost.monitoring import event_lane
    from waypost.monitoring.models import EventCursor

    town.heard("08:05", "09:00")
    town.lane.run_until_idle()
    town.now = at("10:00")
    judge = event_lane.judge_tags

    def slower(*words, **more):
        found = judge(*words, **more)
        EventCursor.objects.update(version=9999)
        return found

    monkeypatch.setattr(event_lane, "judge_tags", slower)
    before = states()
    assert town.lane.round() is True
    assert states() == before
    monkeypatch.undo()
    town.lane.run_until_idle()
    assert states()[-1] == "no_contact 09:00-"


def test_a_crash_before_the_commit_loses_nothing_and_repeats_nothing(town, monkeypatch):
    from waypost.monitoring import event_lane

    town.heard("08:05", "09:00")
    town.lane.run_until_idle()
    town.now = at("09:31")
    town.says("battery_low", "09:30", percent=15)

    def dies(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(town.lane, "follow", dies)
    with pytest.raises(KeyboardInterrupt):
        town.lane.run_until_idle()
    assert not any(line.startswith("battery") for line in states())
    assert event_lane.read_cursor().position < event_lane.head_position()
    town.lane = town.make_lane()
    town.run()
    assert of("battery")[-1] == "battery low 09:30-"
    assert mine() == ["P2 battery_low certain raised"]


def test_a_protected_persons_device_has_no_journal_and_no_state(town):
    from waypost.monitoring.models import TagJournal
    from waypost.orders.actions import bump_head
    from waypost.orders.models import Person

    Person.objects.filter(reference="P2").update(protected=True)
    TagJournal.objects.all().delete()
    bump_head()
    town.lane = town.make_lane()
    town.heard("08:05", "09:00")
    town.now = at("10:00")
    town.says("battery_low", "09:30", percent=15)
    town.run()
    assert states() == []
    assert list(TagJournal.objects.values_list("activation__person__reference", flat=True)) == [
        "P1"
    ]


def test_no_row_of_a_tag_says_where(town):
    """Sentences and columns of these rows name no place."""
    from waypost.monitoring.models import TagJournal, Violation
    from waypost.rules.values import EVENT_KINDS

    town.heard("08:05", "09:00")
    town.now = at("11:00")
    town.says("battery_low", "09:30", percent=15)
    town.run()
    for row in Violation.objects.filter(kind__in=EVENT_KINDS):
        assert "51.5" not in " ".join(row.reasons)
        assert row.depth_m == 0
    for row in TagJournal.objects.all():
        from waypost.rules.tag_journal import Journal

        assert "51.5" not in str(Journal.from_bytes(bytes(row.journal)))
