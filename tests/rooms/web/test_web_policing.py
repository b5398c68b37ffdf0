"""Pages and API of breach notifications: each side sees its own, and each act is that side's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from policing_words import TEXTS, Precinct
from waypost import clock
from waypost.access.actions import make_token
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.policing.models import Notification

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Precinct:
    cache.clear()
    settings.LAKE_URI = str(tmp_path / "lake")
    return Precinct()


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def act(who: Client, number: int, name: str, **more: str):
    sent = {"act": name, "version": str(Notification.objects.get(pk=number).version), **more}
    return who.post(reverse("notification-move", args=[number]), sent)


def shown(who: Client, number: int) -> str:
    return who.get(reverse("notification", args=[number])).content.decode()


def texts() -> dict[str, str]:
    return {"what_happened": TEXTS.what_happened, "certainty": TEXTS.certainty,
            "tried": TEXTS.tried}  # fmt: skip


def test_from_the_alert_s_playbook_to_the_answer_by_page(town):
    alert = town.breach()
    mona, reed = client("mona"), client("reed")
    page = mona.get(reverse("alert", args=[alert.pk])).content.decode()
    assert reverse("notification-draft", args=[alert.pk]) in page
    draft = reverse("notification-draft", args=[alert.pk])
    assert "Metropolitan" in mona.get(draft).content.decode()
    answer = mona.post(draft, {"force": str(town.force.pk)})
    number = Notification.objects.get().pk
    assert answer["Location"] == reverse("notification", args=[number])
    assert "Check and send" in shown(mona, number)
    assert reed.get(reverse("notification", args=[number])).status_code == 404
    refused = act(mona, number, "send", **texts())
    assert refused.status_code == 422
    assert "certain enough to act on" in refused.content.decode()
    assert act(mona, number, "send", checked="yes", **texts()).status_code == 302
    listed = reed.get(reverse("notifications")).content.decode()
    assert "To be acknowledged by" in listed
    assert "In the exclusion zone" in listed or "xclusion" in listed
    page = shown(reed, number)
    assert TEXTS.what_happened in page
    assert "/people/" not in page
    assert "/alerts/" not in page
    assert act(reed, number, "receive").status_code == 302
    assert act(reed, number, "answer", answer="no_action").status_code == 422
    assert act(reed, number, "answer").status_code == 422
    assert act(reed, number, "answer", answer="arrest").status_code == 302
    assert "<strong>Arrest</strong>" in shown(mona, number)
    page = mona.get(reverse("alert", args=[alert.pk])).content.decode()
    assert "Answer: <strong>Arrest</strong>" in page


def test_the_menu_counts_what_waits_for_the_asker_s_side(town):
    number = town.sent()
    reed = client("reed")
    counted = 'waypost-menu__count">1<'
    assert counted in reed.get(reverse("notifications")).content.decode()
    assert counted not in client("mona").get(reverse("notifications")).content.decode()
    act(reed, number, "answer", answer="no_action", words="In custody.")
    listed = reed.get(reverse("notifications")).content.decode()
    assert "Nothing waits for you" in listed
    assert counted not in listed


def test_an_officer_of_a_force_opens_no_page_of_a_person_or_an_alert(town):
    number = town.sent()
    found = Notification.objects.get(pk=number)
    reed = client("reed")
    for address in (
        reverse("person", args=[found.person_id]), reverse("alert", args=[found.alert_id]),
        reverse("whereabouts", args=[found.person_id]), reverse("inbox"), reverse("people"),
    ):  # fmt: skip
        assert reed.get(address).status_code == 403, address
    paper = reed.get(reverse("document", args=[found.pdf_id]))
    assert paper.content.startswith(b"%PDF")
    assert client("esme").get(reverse("document", args=[found.pdf_id])).status_code == 404


def test_a_page_that_somebody_else_acted_on_since_says_so(town):
    number = town.sent()
    sent = {"act": "receive", "version": "1"}
    assert client("reed").post(reverse("notification-move", args=[number]), sent).status_code == 409
    for wrong in ("", "x", "9" * 30):
        answer = client("reed").post(
            reverse("notification-move", args=[number]), {"act": "receive", "version": wrong}
        )
        assert answer.status_code == 422
    answer = client("reed").post(reverse("notification-move", args=[number]), {"act": "fly"})
    assert answer.status_code == 403


def test_a_second_draft_leads_to_the_first(town):
    alert = town.breach()
    mona, draft = client("mona"), reverse("notification-draft", args=[alert.pk])
    mona.post(draft, {"force": str(town.force.pk)})
    again = mona.post(draft, {"force": str(town.force.pk)})
    assert again.status_code == 422
    assert "is open with this force" in again.content.decode()
    assert mona.post(draft, {"force": "x"}).status_code == 422


def token(name: str) -> Client:
    made = make_token(
        Role.POLICE_REQUESTER, officer=Officer.objects.get(username=name),
        now=clock.now() - timedelta(hours=1),
    )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {made}"})


def post(who: Client, path: str, **said: object):
    return who.post(f"/api/{path}", json.dumps(said), content_type="application/json")


def test_a_force_s_own_system_reads_and_answers_by_the_api(town):
    number = town.sent()
    reed = token("reed")
    (row,) = reed.get("/api/notifications").json()["items"]
    assert (row["notification_id"], row["status"], row["waits_for"]) == (number, "sent", "receive")
    assert "name" not in str(row)
    assert not AuditLine.objects.filter(kind="notification:viewed").exists()
    item = reed.get(f"/api/notifications/{number}").json()
    assert item["person"]["reference"] == "P2"
    assert item["order"]["from"].endswith("Z")
    assert [fix["accuracy_m"] for fix in item["fixes"]] != []
    assert AuditLine.objects.filter(kind="notification:viewed").count() == 1
    item = post(reed, f"notifications/{number}/receive", version=item["version"]).json()
    assert item["status"] == "received"
    stale = post(reed, f"notifications/{number}/assess", version=1)
    assert stale.status_code == 409
    item = post(reed, f"notifications/{number}/answer", version=item["version"],
                answer="arrest", reason="").json()  # fmt: skip
    assert (item["status"], item["answer"]) == ("answered", "arrest")
    item = post(reed, f"notifications/{number}/result", version=item["version"],
                result="arrested", words="At 15:02.").json()  # fmt: skip
    assert item["result"] == "arrested"
    paper = reed.get(f"/api/notifications/{number}/paper.pdf")
    assert paper.content.startswith(b"%PDF")


def test_the_api_tells_another_force_nothing_and_takes_nothing_it_does_not_know(town):
    number = town.sent()
    essex, reed = token("esme"), token("reed")
    assert essex.get("/api/notifications").json() == {"items": []}
    assert essex.get(f"/api/notifications/{number}").status_code == 404
    assert post(essex, f"notifications/{number}/receive", version=2).status_code == 404
    assert Client().get(f"/api/notifications/{number}").status_code == 401
    for said in ({"version": 2, "answer": "shoot"}, {"version": -1, "answer": "arrest"},
                 {"version": 2, "answer": "arrest", "more": 1}, {"answer": "arrest"},
                 {"version": 2, "answer": "arrest", "reason": "x" * 9000}):  # fmt: skip
        assert post(reed, f"notifications/{number}/answer", **said).status_code == 422
    for unkept in ("a\x00b", "a\ud800"):
        said = {"version": 2, "answer": "no_action", "reason": unkept}
        assert post(reed, f"notifications/{number}/answer", **said).status_code in {400, 403, 422}
    assert post(reed, f"notifications/{number}/corrections/1").status_code == 404
    assert Notification.objects.get(pk=number).answer == ""


def test_a_correction_is_acknowledged_by_page_and_by_api(town):
    from waypost.corrections.actions import correct
    from waypost.corrections.models import Copy
    from waypost.monitoring.models import Violation

    number = town.sent()
    Violation.objects.update(withdrawn=True, version=9)
    correct(clock.now())
    reed = token("reed")
    page = shown(client("reed"), number)
    assert "I have read it and have it" in page
    (one,) = reed.get(f"/api/notifications/{number}").json()["corrections"]
    assert not one["acknowledged"]
    done = post(reed, f"notifications/{number}/corrections/{one['correction_id']}").json()
    assert done["corrections"][0]["acknowledged"]
    assert Copy.objects.get().acknowledged_at is not None
