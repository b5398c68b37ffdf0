"""The pages of corrections: for whoever was told, and for who told them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from corrections_words import Corrected, corrections, force, officer, rely, take_back
from waypost.access.models import Officer

pytestmark = [pytest.mark.database, pytest.mark.django_db]
COURT = "outside:the court at Hackney"


@pytest.fixture
def told(tmp_path, settings):
    """A notification to a force and to the court, of which the ground fell; the force's officer,
    and the one who sent it."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Corrected.with_a_breach()
    made, constable = force()
    sender = officer()
    rely(town, f"organisation:{made.pk}", COURT, by=sender)
    take_back(town)
    return corrections()[0], client(constable), client(sender)


def client(who) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(pk=who.officer_id))
    return found


def test_a_force_reads_what_is_corrected_and_says_that_it_has_it(told):
    one, constable, _ = told
    page = constable.get(reverse("corrections")).content.decode()
    assert "Correction 1 of police notification 1" in page
    assert "is withdrawn" in page
    page = constable.get(reverse("correction", args=[one.pk])).content.decode()
    assert "court at Hackney" not in page  # others' copies are no matter of theirs
    done = constable.post(reverse("correction-acknowledge", args=[one.pk]), follow=True)
    assert "you have this correction" in done.content.decode()
    assert "None waits" in constable.get(reverse("corrections")).content.decode()


def test_the_sender_sees_who_has_it_and_writes_down_who_told_them(told):
    one, _, sender = told
    address = reverse("correction-acknowledge", args=[one.pk])
    page = sender.get(reverse("correction", args=[one.pk])).content.decode()
    assert "Invented Police" in page
    assert "the court at Hackney" in page
    refused = sender.post(address, {"recipient": COURT, "how": " "})
    assert refused.status_code == 422
    assert 'href="#how-' in refused.content.decode()
    sender.post(address, {"recipient": COURT, "how": "The legal adviser"})
    assert "The legal adviser" in sender.get(reverse("correction", args=[one.pk])).content.decode()


def test_a_letter_is_drawn_up_for_who_has_no_account_and_opened_by_who_handles_the_case(told):
    one, constable, sender = told
    address = reverse("correction-paper", args=[one.pk])
    assert constable.post(address, {"recipient": COURT}).status_code in {403, 404}
    assert sender.post(address, {"recipient": "outside:another court"}).status_code == 404
    page = sender.post(address, {"recipient": COURT}, follow=True).content.decode()
    assert "The letter is drawn up" in page
    one.refresh_from_db()
    opened = [sender.get(reverse("document", args=[number])) for number in one.document_ids]
    assert [answer.content[:4] for answer in opened] == [b"%PDF", b"PK\x03\x04"]
    assert constable.get(reverse("document", args=[one.document_ids[0]])).status_code in {403, 404}


def test_whoever_was_not_told_finds_no_such_correction(told):
    from waypost.access.values import Role

    one, _, _ = told
    stranger = client(officer("stranger", Role.POLICE_REQUESTER))
    for name in ("correction", "correction-acknowledge"):
        address = reverse(name, args=[one.pk])
        answer = stranger.post(address) if name.endswith("acknowledge") else stranger.get(address)
        assert answer.status_code == 404
