"""Pages of retention and of one's own data: who opens them, what they say, what they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from keeping_words import NAME, OTHER, REFERENCE, Archive
from waypost import clock
from waypost.access.models import Officer
from waypost.access.values import Role
from waypost.cli.worker import handlers
from waypost.jobs.queue import run_next
from waypost.keeping.models import Deletion, Hold, PeriodRevision, SubjectRequest

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings, monkeypatch) -> Archive:
    cache.clear()
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Archive()
    made.breach_of_z()
    made.wearer()
    made.officer("ann", Role.ADMINISTRATOR)
    return made


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def page(who: Client, name: str, *args) -> str:
    answer = who.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def day(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_the_retention_page_says_that_nothing_is_deleted_until_it_is_decided(town):
    dora = client("dora")
    said = page(dora, "retention")
    assert "Nothing is deleted." in said
    assert "six years is commonly cited" in said
    assert "Nothing was deleted yet" in said
    assert NAME not in said
    refused = dora.post(reverse("retention-move"), {"act": "switch", "to": "on", "reason": ""})
    assert refused.status_code == 422
    assert "Say why, in a sentence" in refused.content.decode()
    sent = {"act": "switch", "to": "on", "reason": "The board decided it in May."}
    assert dora.post(reverse("retention-move"), sent).status_code == 302
    assert "Deleting is on." in page(dora, "retention")
    for name in ("mona", "pia", "ann", "zeb"):
        assert client(name).get(reverse("retention")).status_code == 403


def test_deleting_before_its_time_asks_for_a_reason_and_that_one_is_sure(town):
    dora = client("dora")
    sent = {"act": "erase", "person": REFERENCE, "scope": "person",
            "reason": "The order was quashed on appeal."}  # fmt: skip
    answer = dora.post(reverse("retention-move"), sent)
    assert answer.status_code == 422
    assert "cannot be undone" in answer.content.decode()
    assert "The order was quashed on appeal." in answer.content.decode()
    assert dora.post(reverse("retention-move"), sent | {"sure": "yes", "person": "NOBODY"}
                     ).status_code == 422  # fmt: skip
    assert not Deletion.objects.exists()
    assert dora.post(reverse("retention-move"), sent | {"sure": "yes"}).status_code == 302
    assert "Under way" in page(dora, "retention")


def test_periods_are_proposed_by_one_and_approved_by_another_who_sees_no_person(town):
    dora, ann = client("dora"), client("ann")
    sent = {"act": "propose", "class": "whereabouts", "kind": "", "months": "12", "days": "",
            "from_on": day(1), "reason": "The board's decision of May."}  # fmt: skip
    assert dora.post(reverse("retention-periods"), sent | {"months": "x"}).status_code == 422
    assert dora.post(reverse("retention-periods"), sent).status_code == 302
    number = str(PeriodRevision.objects.get().pk)
    assert "Approve" not in page(dora, "retention-periods").split("The agency")[1]
    assert dora.post(
        reverse("retention-periods"), {"act": "approve", "revision": number}
    ).status_code == 422  # fmt: skip
    said = page(ann, "retention-periods")
    assert "Approve" in said
    assert REFERENCE not in said
    ann.post(reverse("retention-periods"), {"act": "approve", "revision": number})
    assert PeriodRevision.objects.get().approved_at


def test_a_hold_is_placed_by_who_works_on_the_case_and_ended_by_somebody_else(town):
    mona, dora = client("mona"), client("dora")
    sent = {"act": "place", "person": REFERENCE, "reason": "A claim was issued.",
            "authority": "Claim 9", "review_on": day(30)}  # fmt: skip
    refused = mona.post(reverse("holds"), sent | {"review_on": ""})
    assert refused.status_code == 422
    assert "A claim was issued." in refused.content.decode()
    assert mona.post(reverse("holds"), sent).status_code == 302
    number = str(Hold.objects.get().pk)
    end = {"act": "end", "hold": number, "reason": "The claim was settled."}
    assert mona.post(reverse("holds"), end).status_code == 422
    assert "Claim 9" in page(dora, "holds")
    assert dora.post(reverse("holds"), end).status_code == 302
    assert Hold.objects.get().ended_at


def test_a_wearer_asks_the_officer_releases_and_the_wearer_fetches(town):
    zeb, dora = client("zeb"), client("dora")
    assert "Ask for everything" in page(zeb, "mine")
    assert "You have not asked yet" in page(zeb, "mine-data")
    assert zeb.post(reverse("mine-data-ask")).status_code == 302
    assert zeb.post(reverse("mine-data-ask")).status_code == 422
    number = SubjectRequest.objects.get().pk
    assert zeb.post(reverse("mine-data-fetch", args=[number])).status_code == 403
    assert REFERENCE in page(dora, "subject-access")
    move = reverse("subject-request-move", args=[number])
    assert dora.post(move, {"act": "prepare", "version": "1"}).status_code == 302
    waiting = page(dora, "subject-request", number)
    assert "being put together" in waiting
    assert "Release it" not in waiting
    assert run_next(handlers(), clock.now)
    said = page(dora, "subject-request", number)
    assert "neither confirm nor deny" in said
    assert "[somebody else]" in said or "left at six" in said
    opened = dora.get(reverse("document", args=[SubjectRequest.objects.get().document_id]))
    assert opened.status_code == 200
    assert client("mona").get(
        reverse("document", args=[SubjectRequest.objects.get().document_id])
    ).status_code in {403, 404}  # fmt: skip
    refused = dora.post(move, {"act": "release", "version": "3"})
    assert refused.status_code == 422
    assert "Say that you have read" in refused.content.decode()
    assert dora.post(move, {"act": "release", "version": "3", "read": "yes"}).status_code == 302
    assert "Fetch my data" in page(zeb, "mine-data")
    answer = zeb.post(reverse("mine-data-fetch", args=[number]))
    assert answer["Content-Type"] == "application/zip"
    assert answer.content[:2] == b"PK"
    assert "fetched" in page(zeb, "mine-data")


def test_a_letter_is_entered_with_when_it_came_and_identity_is_written_down(town):
    dora = client("dora")
    came = (clock.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    refused = dora.post(reverse("subject-access"), {"person": OTHER, "asked_at": "yesterday"})
    assert refused.status_code == 422
    assert "Enter when it came" in refused.content.decode()
    refused = dora.post(reverse("subject-access"), {"person": "NOBODY", "asked_at": came})
    assert "whom you may know of" in refused.content.decode()
    assert dora.post(
        reverse("subject-access"), {"person": OTHER, "asked_at": came}
    ).status_code == 302  # fmt: skip
    number = SubjectRequest.objects.get().pk
    move = reverse("subject-request-move", args=[number])
    assert dora.post(move, {"act": "identify", "version": "1", "how": "x"}).status_code == 422
    sent = {"act": "identify", "version": "1", "how": "Passport seen at the desk."}
    assert dora.post(move, sent).status_code == 302
    assert "Passport seen at the desk." in page(dora, "subject-request", number)
    for name in ("mona", "ann", "zeb"):
        assert client(name).get(reverse("subject-access")).status_code == 403
