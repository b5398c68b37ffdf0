"""The worker's lanes on the real store: live, by time, late, and by other orders."""

from __future__ import annotations

import random

import pytest

import worked_town
from worked_town import Town, alerts, at, orders_file, standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Town()


def changes() -> list[str]:
    from waypost.monitoring.models import ViolationVersion

    return list(ViolationVersion.objects.order_by("pk").values_list("change", flat=True))


def test_one_fix_in_the_zone_alerts_at_once_and_a_second_confirms_it(town):
    town.run()
    town.now = at("10:00:30")
    town.send(("10:00", "park"), person=2)
    town.run()
    assert standing() == ["P2 R1 10:00- probable"]
    assert alerts() == ["P2 exclusion probable raised"]
    town.now = at("10:01:30")
    town.send(("10:01", "park"), person=2)
    town.run()
    assert alerts() == ["P2 exclusion certain raised"]
    town.now = at("10:05:30")
    town.send(("10:05", "street"), person=2)
    town.run()
    assert standing() == ["P2 R1 10:00-10:05 certain"]
    assert changes() == ["raised", "confirmed", "closed"]
    assert alerts() == ["P2 exclusion certain raised"]  # stays until somebody closes it


def test_a_curfew_that_begins_while_away_alerts_by_the_clock_alone(town):
    """Nothing arrives at 19:00: the due table brings the violation, and the alert with it."""
    town.run_to("18:49")
    town.send(("18:48", "street"), ("18:49", "street"))
    town.run_to("18:59")
    assert standing() == []
    town.run_to("19:01")
    assert standing() == ["P1 R2 19:00- certain"]
    assert alerts() == ["P1 curfew certain raised"]
    town.now = at("19:26")
    town.send(("19:25", "home"))
    town.run()
    assert "P1 R2 19:00-19:25 certain" in standing()


def test_one_deep_fix_in_curfew_alerts_at_once_as_probable(town):
    town.run_to("19:10")
    town.send(("19:09", "home"), ("19:10", "street"))
    town.run()
    assert standing() == ["P1 R2 19:10- probable"]
    assert alerts() == ["P1 curfew probable raised"]


def test_time_unseen_for_less_than_an_hour_calls_nobody(town):
    town.run_to("18:59")
    town.send(("18:58", "home"))
    town.run_to("19:40")
    assert standing() == ["P1 R2 19:00- cannot_tell"]
    town.send(("19:40", "home"))
    town.run_to("19:50")
    assert standing() == ["P1 R2 19:00-19:40 cannot_tell"]
    assert alerts() == []


def test_required_time_without_fixes_is_said_late_and_alerts_after_an_hour(town):
    town.run_to("18:59")
    town.send(("18:58", "home"))
    town.run_to("19:31")
    assert standing() == ["P1 R2 19:00- cannot_tell"]
    assert alerts() == []
    town.run_to("20:01")
    assert alerts() == ["P1 unmonitored cannot_tell raised"]


def test_the_same_fix_sent_twice_changes_nothing(town):
    town.run()
    town.now = at("10:02")
    town.send(("10:00", "park"), ("10:01", "park"), person=2)
    town.run()
    before = worked_town.everything() | {"cursor": 0}
    town.send(("10:00", "park"), ("10:01", "park"), person=2)
    town.run()
    assert worked_town.everything() | {"cursor": 0} == before


def test_an_alert_says_since_when_also_after_an_earlier_fix_comes_late(town):
    from waypost.alerts.models import Alert

    town.run()
    town.now = at("10:31")
    town.send(("10:30", "park"), person=2)
    town.run()
    town.send(("10:20", "park"), person=2)
    town.run()
    assert standing() == ["P2 R1 10:20- certain"]
    assert Alert.objects.get().from_at == at("10:20")


def test_a_late_fix_finds_what_nobody_knew(town):
    town.run()
    town.now = at("11:00")
    town.send(("09:00", "street"), ("10:59", "street"), person=2)
    town.run()
    assert standing() == []
    town.send(("10:00", "park"), ("10:01", "park"), ("10:05", "street"), person=2)
    town.run()
    assert standing() == ["P2 R1 10:00-10:05 certain"]
    assert changes() == ["found_late"]
    assert alerts() == ["P2 exclusion certain raised"]


def test_a_late_fix_takes_back_what_was_raised_and_the_alert_waits_for_a_person(town):
    """Seen out at 18:49, so in violation from 19:00; a late fix shows them home at 18:58."""
    town.run_to("18:50")
    town.send(("18:48", "street"), ("18:49", "street"))
    town.run_to("19:10")
    assert alerts() == ["P1 curfew certain raised"]
    town.send(("19:09", "home"))
    town.run()
    town.send(("18:58", "home"))
    town.run()
    assert standing() == []
    assert standing(withdrawn=True) == ["P1 R2 19:00-19:09 certain"]
    assert alerts() == ["P1 curfew certain withdrawn"]


def test_a_late_fix_is_judged_from_the_days_checkpoint(town):
    from waypost.monitoring.models import Checkpoint

    town.now = at("+2 12:00")
    town.send(("09:00", "park"), ("09:01", "street"), person=2)
    town.send(("+1 09:00", "street"), ("+1 10:00", "street"), person=2)
    town.send(("+2 09:00", "street"), person=2)
    town.run()
    person_id = Checkpoint.objects.values_list("person_id", flat=True).last()
    assert Checkpoint.objects.filter(person_id=person_id).count() == 3
    town.send(("+1 09:30", "park"), ("+1 09:31", "park"), person=2)
    town.run()
    assert [line for line in standing() if line.startswith("P2")] == [
        "P2 R1 09:00-09:01 probable",
        "P2 R1 09:30-10:00 certain",
    ]


def test_an_order_that_changes_judges_the_past_again(town):
    town.run()
    town.now = at("10:02")
    town.send(("10:00", "park"), ("10:01", "park"), person=2)
    town.run()
    assert alerts() == ["P2 exclusion certain raised"]
    from waypost.orders.models import Activation

    Activation.objects.filter(reference="A2").update(from_at=at("10:30"), version=2)
    from waypost.orders.actions import bump_head

    bump_head()
    town.run()
    assert standing() == []
    assert alerts() == ["P2 exclusion certain withdrawn"]
    town.give_orders(orders_file(park_radius_m=500))
    town.run()
    assert town.worker.round() is False


def test_states_that_a_tag_reports_alert_at_once_and_are_never_cleared_by_the_machine(town):
    town.run()
    town.now = at("10:00")
    town.report("strap_tamper", "10:00", person=2)
    town.report("charging_started", "10:00", person=2)
    town.run()
    town.report("strap_restored", "10:01", person=2)
    town.report("strap_tamper", "10:00", person=2)  # the same report, sent again
    town.run_to("10:30")
    assert alerts() == ["P2 strap_tamper certain raised"]


def test_a_fix_from_the_future_moves_nothing(town):
    """A tag with a wrong clock must not make every later fix a late one."""
    from waypost.monitoring.models import Dirty

    town.run()
    town.now = at("10:00")
    town.send(("+9 10:00", "park"), person=2)
    town.run()
    town.now = at("10:02")
    town.send(("10:01", "street"), person=2)
    town.worker.round()
    assert Dirty.objects.count() == 0
    assert standing() == []


def test_an_import_is_judged_once_its_persons_are_marked(town):
    from waypost.clock import to_us
    from waypost.monitoring.actions import mark_dirty
    from waypost.orders.models import Activation
    from waypost.positions import batch, lake

    town.run()
    town.now = at("12:00")
    fixes, _ = batch.build(town.rows([("10:00", "park"), ("10:01", "park")], 2))
    with lake.writing():
        lake.append("fixes", fixes)
    activation = Activation.objects.get(reference="A2").pk
    mark_dirty({activation: to_us(at("10:00"))}, reason="import", now=town.now)
    town.run()
    assert standing() == ["P2 R1 10:00- certain"]


def test_the_inbox_learns_up_to_when_everything_is_judged(town):
    from waypost.monitoring.queries import progress

    town.run_to("08:05")
    assert progress().judged_to == at("08:05")
    assert progress().beat_at == at("08:05")


def test_one_person_whom_judging_breaks_on_blinds_the_centre_to_nobody_else(town, monkeypatch):
    """The person is counted as failing, tried again, and judged in full when the trouble ends."""
    from waypost.monitoring import late, live
    from waypost.monitoring.queries import progress
    from waypost.orders.models import Person
    from waypost.rules import judging

    town.run()
    broken = Person.objects.get(reference="P1").pk
    real = judging.judge

    def judge(plan, *args, **kwargs):
        if plan.person.number == broken:
            raise ValueError("of our own making")
        return real(plan, *args, **kwargs)

    for module in (live, late):
        monkeypatch.setattr(module, "judge", judge)
    town.now = at("10:01:30")
    for person in (1, 2):
        town.send(("10:00", "park"), ("10:01", "park"), person=person)
    town.run()
    assert standing() == ["P2 R1 10:00- certain"]
    assert progress().failing == 1
    monkeypatch.undo()
    town.now = at("10:03")
    town.run()
    assert standing() == ["P1 R1 10:00- certain", "P2 R1 10:00- certain"]
    assert progress().failing == 0


@pytest.mark.parametrize("seed", range(4))
def test_order_of_arrival_and_duplicates_do_not_change_what_stands(town, seed):
    """Once all fixes are in: the store's rows equal those of one fold over the sorted fixes."""
    chance = random.Random(seed)
    story = []
    place = "street"
    for minute in range(17 * 60, 21 * 60, 3):
        if chance.random() < 0.2:
            place = chance.choice(["home", "park", "street"])
        if chance.random() < 0.85:
            story.append((f"{minute // 60}:{minute % 60:02d}", place))
    town.run()
    town.now = at("21:30")
    for person in (1, 2):
        sent = story + chance.sample(story, 10)
        if person == 1:
            chance.shuffle(sent)
        else:
            sent = sorted(sent, key=lambda fix: at(fix[0]))
        while sent:
            count = chance.randint(1, 12)
            town.send(*sent[:count], person=person)
            sent = sent[count:]
            town.run()
    of = {n: [s[3:] for s in standing() if s.startswith(f"P{n} R1")] for n in (1, 2)}
    assert of[1] == of[2]
    assert of[1]  # the story did enter the park


def test_a_log_that_never_rests_holds_up_neither_time_nor_late_fixes(town, monkeypatch):
    """With tags reporting all the time every round finds something: the others get their turn."""
    from waypost.monitoring import live

    town.run_to("18:50")
    town.send(("18:48", "street"), ("18:49", "street"))
    town.run()
    heads = live.head_position

    def always_more() -> int:  # another entry is committed while this one is judged
        return heads() + 1

    monkeypatch.setattr(live, "head_position", always_more)
    for minute in range(51, 60):
        town.now = at(f"18:{minute}")
        town.send((f"18:{minute}", "street"), person=2)
        if minute == 55:
            town.send(("10:00", "park"), ("10:01", "park"), ("10:05", "street"), person=2)
        assert town.worker.round()
    for minute in range(8):
        town.now = at(f"19:0{minute}")
        town.send((f"19:0{minute}", "street"), person=2)
        assert town.worker.round()
    assert standing() == ["P1 R2 19:00- certain", "P2 R1 10:00-10:05 certain"]
    assert sorted(alerts()) == ["P1 curfew certain raised", "P2 exclusion certain raised"]


def test_while_the_log_is_far_ahead_nobody_is_taken_for_missing(town, monkeypatch):
    """The backlog holds the fix that brings P1 home: by the clock alone the curfew was broken."""
    from waypost.monitoring import live

    town.run_to("18:50")
    town.send(("18:48", "street"), ("18:49", "street"))
    town.run()
    monkeypatch.setattr(live, "ENTRIES_AT_ONCE", 1)
    for minute in range(51, 60):
        town.now = at(f"18:{minute}")
        town.send((f"18:{minute}", "street"), person=2)
    town.send(("18:59", "home"))
    town.now = at("19:10")
    town.send(("19:10", "home"))
    town.run()
    assert standing(withdrawn=True) == standing() == []


def test_a_person_who_waits_keeps_the_place_in_line_however_often_marked(town):
    from waypost.monitoring.actions import mark_persons
    from waypost.monitoring.models import Dirty
    from waypost.orders.models import Person

    first, second = Person.objects.order_by("reference").values_list("pk", flat=True)
    mark_persons({first: at("09:00")}, reason="late", now=at("10:00"))
    mark_persons({second: at("09:00")}, reason="late", now=at("10:01"))
    mark_persons({first: at("08:30")}, reason="late", now=at("10:02"))
    ahead = Dirty.objects.order_by("marked_at").first()
    assert (ahead.person_id, ahead.earliest_at) == (first, at("08:30"))


def test_a_state_that_another_version_wrote_is_made_anew_though_nothing_arrives(town):
    """Its due row was the only thing that would have noticed the silence."""
    from waypost.monitoring.models import PersonState

    town.run_to("18:59")
    town.send(("18:48", "street"), ("18:49", "street"))
    town.run()
    PersonState.objects.update(state=b"of another layout")
    town.worker = town.new_worker()
    town.run_to("19:06")
    assert alerts() == ["P1 curfew certain raised"]


def test_what_was_sealed_before_the_order_was_recorded_is_judged_once_it_is(town):
    """The order ran from 1 March, said its record of 3 March."""
    import json

    from django.db import transaction

    from waypost.access.values import MACHINE
    from waypost.positions import batch, seal
    from waypost.positions.release import release_covered

    town.run_to("07:00")
    with transaction.atomic():
        told = [("06:00", "park"), ("06:01", "park"), ("06:05", "street")]
        seal.seal(*batch.build(town.rows(told, 2)), now=town.now)
    town.now = at("+1 09:00")
    town.run()
    assert not [line for line in standing() if line.startswith("P2")]
    known = json.loads(orders_file())
    known["persons"][1]["orders"][0]["from"] = "2026-03-01T00:00:00Z"
    known["persons"][1]["orders"][0]["requirements"][0]["valid_from"] = "2026-03-01T00:00:00Z"
    town.give_orders(json.dumps(known).encode())
    assert release_covered(by=MACHINE, now=town.now) == 3
    town.run()
    from waypost.orders.models import RequirementVersion

    print(
        list(
            RequirementVersion.objects.filter(person__reference="P2").values(
                "version", "valid_from", "known_at", "from_at"
            )
        ),
        __import__("waypost.orders.queries", fromlist=["x"]).person_orders()[1],
    )
    assert [line for line in standing() if line.startswith("P2")] == ["P2 R1 06:00-06:05 certain"]
    assert "P2 exclusion certain raised" in alerts()
