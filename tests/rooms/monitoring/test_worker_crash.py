"""A worker that dies at any step of any transaction, and two workers at once."""

from __future__ import annotations

import threading

import pytest

from waypost.monitoring import saving
from worked_town import Town, alerts, at, everything, standing

pytestmark = [pytest.mark.database]


class Died(Exception):
    """Stands for kill -9: nothing after it runs, the transaction is undone."""


@pytest.fixture
def own_lake(tmp_path, settings):
    settings.LAKE_URI = str(tmp_path / "lake")


def play(town: Town, run) -> None:
    """A story that goes through every lane: live, ticks, holds, late, tag states."""
    run("08:10")
    town.send(("08:05", "street"), ("08:09", "street"), person=2)
    run("08:11")
    town.send(("08:10", "park"), ("08:11", "park"), person=2)
    town.report("strap_tamper", "08:11")
    run("08:15")
    town.send(("08:14", "street"), person=2)
    town.send(("18:52", "street"), ("18:56", "street"), received="18:58")
    run("18:58")
    run("19:00")
    run("19:06")
    town.send(("08:07", "park"), ("08:08", "park"), person=2)
    run("19:07")
    town.send(("19:07", "home"), ("18:50", "home"))
    run("19:08")


def undisturbed() -> dict[str, object]:
    from django.db import transaction

    with transaction.atomic():
        town = Town()

        def run(text: str) -> None:
            town.now = at(text)
            town.run()

        play(town, run)
        found = everything()
        transaction.set_rollback(True)
    return found


STEPS = [
    "move_cursor", "lock_cursor", "_check_versions", "_save_states", "_save_due",
    "_save_checkpoints", "save_changes",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_dying_once_at_each_step_of_saving_repeats_nothing(own_lake, monkeypatch, step, after):
    """Each time the step comes up, the worker dies there once and a new one takes over."""
    expected = undisturbed()
    deaths = die_once_a_round(monkeypatch, step, after)
    town = Town()
    play(town, lambda text: run_in_spite_of_deaths(town, text, deaths))
    assert everything() == expected
    assert deaths["count"] > 2


@pytest.mark.django_db
def test_dying_once_alerts_were_told_repeats_nothing(own_lake):
    """Last in the transaction: alerts, notices and the audit line are written, then undone."""
    from dataclasses import replace

    expected = undisturbed()
    town = Town()
    told = town.followers.judge
    deaths = {"count": 0, "armed": False}

    def judge(changes, *, now, tag_reports=()):
        moved = told(changes, now=now, tag_reports=tag_reports)
        if deaths["armed"]:
            deaths["armed"] = False
            deaths["count"] += 1
            raise Died
        return moved

    town.followers = replace(town.followers, judge=judge)
    play(town, lambda text: run_in_spite_of_deaths(town, text, deaths))
    assert everything() == expected
    assert deaths["count"] > 4


def die_once_a_round(monkeypatch, step: str, after: bool) -> dict:
    """Have the named step of saving raise, before or after it did its work, once when armed."""
    deaths = {"count": 0, "armed": False}
    real = getattr(saving, step)

    def dying(*args, **kwargs):
        if after:
            real(*args, **kwargs)
        if deaths["armed"]:
            deaths["armed"] = False
            deaths["count"] += 1
            raise Died
        return None if after else real(*args, **kwargs)

    def careful(*args, **kwargs):
        return dying(*args, **kwargs) if deaths["armed"] else real(*args, **kwargs)

    from waypost.monitoring import due, late, live

    for module in (saving, live, late, due):
        if hasattr(module, step):
            monkeypatch.setattr(module, step, careful)
    return deaths


def run_in_spite_of_deaths(town: Town, text: str, deaths: dict) -> None:
    from django.db import transaction

    town.now = at(text)
    for _ in range(300):
        deaths["armed"] = True
        worker = town.new_worker()  # nothing survives in memory
        try:
            with transaction.atomic():
                busy = worker.round()
        except Died:
            worker = town.new_worker()
            deaths["armed"] = False
            busy = worker.round()
        if not busy:
            deaths["armed"] = False
            worker = town.new_worker()
            if not worker.round():
                return
    pytest.fail("the worker never came to rest")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_judge_each_entry_once(own_lake):
    """The cursor's compare-and-set lets one of them save; the other reads on."""
    from django.db import connections

    town = Town()
    town.run()
    town.now = at("12:00")
    for minute in range(40):
        place = "park" if minute % 10 < 5 else "street"
        town.send((f"11:{minute:02d}", place), person=2)
    workers = [town.new_worker() for _ in range(2)]
    broken: list[BaseException] = []

    def work(worker) -> None:
        try:
            worker.run_until_idle(rounds_max=500)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert broken == []
    from waypost.alerts.models import Alert
    from waypost.monitoring.models import Violation

    assert standing() == [
        "P2 R1 11:00-11:05 certain",
        "P2 R1 11:10-11:15 certain",
        "P2 R1 11:20-11:25 certain",
        "P2 R1 11:30-11:35 certain",
    ]
    assert Violation.objects.count() == 4
    assert Alert.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_officer_acknowledges_while_the_worker_goes_on(own_lake):
    """Neither loses what the other did: the alert is acknowledged and confirmed."""
    from django.db import connections

    from waypost.access.actions import make_officer
    from waypost.access.queries import posted
    from waypost.access.values import Role
    from waypost.alerts.actions import acknowledge
    from waypost.alerts.models import Alert

    town = Town()
    town.run()
    officer = make_officer("centre", "Centre", None, Role.MONITORING_OFFICER, now=town.now)
    by = posted(officer, now=at("12:00"))
    for number in (1, 2):
        town.now = at("11:00:30")
        town.send(("11:00", "park"), person=number)
    town.run()
    ids = list(Alert.objects.values_list("pk", flat=True))
    assert len(ids) == 2
    start = threading.Barrier(2)
    broken: list[BaseException] = []

    def officers() -> None:
        try:
            start.wait(10)
            for alert_id in ids:
                acknowledge(alert_id, by=by, now=at("11:01:31"))
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=officers)
    thread.start()
    town.now = at("11:01:30")
    for number in (1, 2):
        town.send(("11:01", "park"), person=number)
    start.wait(10)
    town.run()
    thread.join(timeout=60)
    assert broken == []
    assert alerts() == [
        "P1 exclusion certain acknowledged",
        "P2 exclusion certain acknowledged",
    ]
