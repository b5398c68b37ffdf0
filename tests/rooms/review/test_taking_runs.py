"""The work list follows the runs, and what a newer run takes back reaches whoever relied on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review_words import AT, NOW
from waypost.access.models import AuditLine
from waypost.corrections.models import Copy, Correction
from waypost.notices.models import Notice
from waypost.review import actions, queries
from waypost.review.models import Review, ReviewMove, TakenRun
from waypost.review.proximity import send_alert
from waypost.review.standing import Shown, less
from waypost.review.taking import take_runs
from waypost.review.values import Status, Why

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_a_run_is_taken_in_once(hub):
    hub.run()
    assert TakenRun.objects.count() == 1
    assert take_runs(now=NOW) == 0
    assert AuditLine.objects.filter(kind="review:run_taken").count() == 1
    assert Review.objects.count() == 2


def test_a_crash_between_two_transactions_costs_nothing_and_says_nothing_twice(hub, monkeypatch):
    from waypost.review import taking

    delivery = hub.crimes()
    hub.run(delivery)
    number = hub.opened("LIVES", hub.petra)
    actions.reject(number, Why.LIVES_THERE, "Home of the order.", by=hub.petra, now=NOW)
    second = hub.crimes(lat=51.7, batch="MPS20260205")
    real = taking.TakenRun.objects.bulk_create
    monkeypatch.setattr(taking.TakenRun.objects, "bulk_create", died)
    with pytest.raises(OSError, match="died"):
        hub.run(second)
    assert hub.review("LIVES").gone
    monkeypatch.setattr(taking.TakenRun.objects, "bulk_create", real)
    assert take_runs(now=NOW) == 1
    assert ReviewMove.objects.filter(act="newer_run").count() == 1
    assert Review.objects.count() == 2


def died(*_, **__):
    raise OSError("the worker died here")


def test_a_run_of_the_compatible_rule_asks_for_nobodys_hour(hub):
    from waypost.access.values import MACHINE
    from waypost.matching.actions import run_matching

    run_matching(hub.crimes(), by=MACHINE, now=NOW)
    assert take_runs(now=NOW) == 0
    assert not Review.objects.exists()


def test_the_newest_run_is_what_a_waiting_match_shows(hub):
    delivery = hub.crimes()
    hub.run(delivery)
    before = hub.review().match_id
    hub.fixes("CAME", [(7.2, 51.5), (8.2, 51.5)])
    hub.run(delivery)
    after = hub.review()
    assert after.match_id > before
    assert Review.objects.count() == 2
    assert not ReviewMove.objects.exists()


def test_what_the_newest_run_lists_no_more_leaves_the_list_and_says_so(hub):
    hub.run()
    number = hub.opened("CAME", hub.petra)
    actions.reject(number, Why.OTHER, "Looked at by hand.", by=hub.petra, now=NOW)
    hub.run(hub.crimes(lat=51.7, batch="MPS20260205"))
    assert hub.review("CAME").gone
    assert hub.review("LIVES").gone
    assert queries.work_list(hub.petra, now=NOW).count == 0
    told = ReviewMove.objects.filter(act="newer_run")
    assert [one.review_id for one in told] == [number]  # the other had not been decided
    assert "does not list this match any more" in told[0].words


def test_whoever_was_sent_evidence_is_told_by_number_when_a_newer_run_takes_it_back(hub):
    hub.run()
    alert = hub.bundled()
    send_alert(
        alert, [f"organisation:{hub.unit.pk}", "outside:DI Grey, by hand"], by=hub.petra, now=NOW
    )
    assert not Correction.objects.exists()
    hub.now = NOW + timedelta(hours=1)
    hub.run(hub.crimes(lat=51.7, batch="MPS20260205"))
    made = Correction.objects.get()
    assert (made.number, made.statement.reference) == (1, f"proximity_alert:{alert}")
    assert "does not list this match any more" in " ".join(made.words)
    copies = {one.recipient: one for one in Copy.objects.all()}
    assert set(copies) == {f"organisation:{hub.unit.pk}", "outside:DI Grey, by hand"}
    assert all(one.chase_at == hub.now + timedelta(hours=1) for one in copies.values())
    told = Notice.objects.filter(template="correction_made")
    assert {one.recipient for one in told} == {f"officer:{hub.ida.officer_id}"}
    assert hub.review().status == Status.APPROVED  # people decide what follows


def test_a_match_withdrawn_by_hand_corrects_what_was_sent(hub):
    hub.run()
    alert = hub.bundled()
    send_alert(alert, [f"organisation:{hub.unit.pk}"], by=hub.petra, now=NOW)
    actions.withdraw(
        hub.review().pk, "The tag was on somebody else that day.", by=hub.petra, now=NOW
    )
    made = Correction.objects.get()
    assert made.words == [
        "This match is withdrawn and must not be relied on: The tag was on somebody else that day."
    ]
    assert hub.review().status == Status.FALLEN


OFFENCE = (51.5, -0.1, 100.0, AT, AT)
SEEN = Shown("observed", 240.0, 3.0, 4, OFFENCE)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (SEEN, ""),
        (Shown("observed", 600.0, 1.0, 9, OFFENCE), ""),  # surer misleads nobody
        (None, "does not list this match any more"),
        (Shown("possible", 240.0, 3.0, 0, OFFENCE), "No single fix shows the tag"),
        (Shown("observed", 60.0, 3.0, 2, OFFENCE), "is 1 minutes, not 4"),
        (Shown("observed", 240.0, 60.0, 4, OFFENCE), "nearest fix is 60 m from the place, not 3 m"),
        (Shown("observed", 240.0, 3.0, 4, (51.6, *OFFENCE[1:])), "sent the offence again"),
    ],
    ids=str,
)
def test_only_what_says_less_is_news(after, words):
    found = " ".join(less(SEEN, after))
    assert words in found
    assert bool(found) == bool(words)
