"""The pages of review: a list without names, a reason first, decisions, signatures after proof."""

from __future__ import annotations

import csv
import html
import io

import pytest
from django.test import Client
from django.urls import reverse

from review_words import NOW, REASON, STATEMENT, Hub
from waypost import clock
from waypost.access.models import Officer
from waypost.review import actions
from waypost.review.models import Opening, ProximityAlert
from waypost.review.proximity import send_alert
from waypost.review.values import Status

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PASSWORD = "a sentence nobody guesses"


@pytest.fixture
def hub(tmp_path, settings, monkeypatch) -> Hub:
    settings.LAKE_URI = str(tmp_path / "lake")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for page in ("review", "matches", "papers"):
        monkeypatch.setattr(f"waypost.web.pages.{page}.now", lambda: NOW)
    made = Hub()
    made.run()
    return made


def client_of(name: str) -> Client:
    officer = Officer.objects.get(username=name)
    officer.set_password(PASSWORD)
    officer.save()
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    return client


def words(answer) -> str:
    return html.unescape(answer.content.decode())


def move(client: Client, number: int, act: str, version: int, **more):
    form = {"act": act, "version": str(version), **more}
    return client.post(reverse("review-move", args=[number]), form)


def test_the_list_and_an_unopened_match_name_nobody(hub):
    petra = client_of("petra")
    shown = words(petra.get(reverse("reviews"))) + words(
        petra.get(reverse("review", args=[hub.review().pk]))
    )
    assert "Why do you need to see who this match is about?" in shown
    for said in ("CAME", "LIVES", "Robin", "51.5"):
        assert said not in shown


def test_a_reason_that_says_nothing_is_refused_with_what_was_typed(hub):
    petra = client_of("petra")
    answer = petra.post(reverse("review-open", args=[hub.review().pk]), {"reason": "look"})
    assert answer.status_code == 422
    assert ">look</textarea>" in words(answer)
    assert "a sentence, not a word" in words(answer)
    assert not Opening.objects.exists()


def test_once_opened_it_names_the_wearer_and_shows_the_table_and_the_map(hub):
    petra, number = client_of("petra"), hub.review().pk
    assert petra.post(
        reverse("review-open", args=[number]), {"reason": REASON}
    ).status_code == 302  # fmt: skip
    page = words(petra.get(reverse("review", args=[number])))
    assert "C1 and Robin Came" in page
    assert REASON in page
    assert "<strong>A1</strong>" in page
    assert "Not seen at the place on any of 7 days with fixes" in page
    assert 'id="moment"' in page
    assert "Most people wear no tag" not in page  # there is a rival: LIVES
    assert f"Match {hub.review('LIVES').pk}" in page
    assert "LIVES" not in page


def test_a_decision_that_is_refused_comes_back_with_what_was_typed(hub):
    petra, number = client_of("petra"), hub.opened("CAME", hub.petra)
    version = hub.review().version
    answer = move(petra, number, "reject", version, words="He lives round the corner.")
    assert answer.status_code == 422
    assert "Choose why it is rejected" in words(answer)
    assert "He lives round the corner.</textarea>" in words(answer)
    assert hub.review().status == Status.WAITING


def test_a_signature_asks_again_who_it_is_and_nothing_typed_is_lost(hub):
    number = hub.approved()
    petra, version = client_of("petra"), hub.review().version
    asked = move(petra, number, "make_alert", version, statement=STATEMENT)
    assert asked.status_code == 200
    assert "proof-that-it-is-you" in words(asked)
    assert STATEMENT.split(".")[0] in words(asked)
    assert not ProximityAlert.objects.exists()
    signed = move(petra, number, "make_alert", version, statement=STATEMENT,
                  **{"proof-that-it-is-you": PASSWORD})  # fmt: skip
    assert signed.status_code == 302
    assert ProximityAlert.objects.get().made_by_id == hub.petra.officer_id


def test_the_second_person_signs_apart_and_then_it_can_be_sent(hub):
    hub.alert()
    alert = ProximityAlert.objects.get()
    avery, number = client_of("avery"), hub.review().pk
    page = words(avery.get(reverse("review", args=[number])))
    assert "Approve and sign" in page
    assert "Approve and sign" not in words(client_of("petra").get(reverse("review", args=[number])))
    signed = move(avery, number, "approve_alert", hub.review().version, alert=str(alert.pk),
                  words="Each exhibit against the table.",
                  **{"proof-that-it-is-you": PASSWORD})  # fmt: skip
    assert signed.status_code == 302
    sent = move(client_of("petra"), number, "send_alert", hub.review().version,
                alert=str(alert.pk), outside="DI Grey, Hackney")  # fmt: skip
    assert sent.status_code == 302
    alert.refresh_from_db()
    assert alert.recipients == ["outside:DI Grey, Hackney"]
    kept = alert.bundle_id
    assert client_of("petra").get(reverse("document", args=[kept])).status_code == 200
    assert client_of("pip").get(reverse("document", args=[kept])).status_code == 403


def test_whoever_has_it_reads_the_correction_and_says_so(hub):
    alert = hub.bundled()
    send_alert(alert, [f"organisation:{hub.unit.pk}"], by=hub.petra, now=NOW)
    actions.withdraw(hub.review().pk, "The tag was off.", by=hub.petra, now=NOW)
    ida = client_of("ida")
    assert "must not be relied on" in words(ida.get(reverse("corrections")))
    assert "must not be relied on" in words(
        client_of("petra").get(reverse("review", args=[hub.review().pk]))
    )


def test_the_funnel_has_intervals_and_no_names(hub):
    hub.approved()
    page = words(
        client_of("avery").get(f"{reverse('review-funnel')}?from=2026-01-01&to=2026-02-28")
    )
    assert "Approved by a second person" in page
    assert "not enough data" in page
    assert "Robin" not in page


def test_the_matches_file_asks_for_a_reason_and_is_an_analysts(hub):
    hub.approved()
    answer = client_of("petra").post(reverse("review-matches"), {"reason": REASON})
    rows = list(csv.reader(io.StringIO(words(answer))))
    assert [len(row) for row in rows] == [18, 18]
    assert client_of("petra").post(reverse("review-matches"), {"reason": ""}).status_code == 403
    assert client_of("avery").post(reverse("review-matches"), {"reason": REASON}).status_code == 403


def test_a_match_of_a_run_leads_to_its_review(hub):
    match = hub.review().match
    answer = client_of("petra").get(reverse("match", args=[match.run_id, match.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (
        302, reverse("review", args=[hub.review().pk]),
    )  # fmt: skip
    run = words(client_of("petra").get(reverse("run", args=[match.run_id])))
    assert "CAME" not in run


def test_the_unit_reads_what_was_referred_and_records_what_came_of_it(hub):
    number = hub.approved()
    ida = client_of("ida")
    assert ida.get(reverse("review", args=[number])).status_code == 404
    actions.refer(number, hub.unit.pk, "Speak with the wearer.", by=hub.petra, now=NOW)
    assert "C1" in words(ida.get(reverse("reviews")))
    ida.post(reverse("review-open", args=[number]), {"reason": "To plan the officer's visit."})
    done = move(ida, number, "record_outcome", hub.review().version, outcome="interviewed",
                words="DC Ward, today.")  # fmt: skip
    assert done.status_code == 302
    assert hub.review().outcome == "interviewed"
