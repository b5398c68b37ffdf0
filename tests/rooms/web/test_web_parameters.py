"""Pages of the rules' numbers against the real store: who sees and does what, what is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from parameter_words import PATIENT, run_jobs
from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.monitoring import actions
from waypost.monitoring.models import ParameterPreview, ParameterRevision
from waypost.rules.parameter_form import NAMES, parameters_of, typed
from waypost.rules.parameter_words import WORDS
from waypost.rules.values import Parameters

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def officers(tmp_path, settings):
    """Two administrators, a monitoring officer, a data protection officer, a practitioner."""
    cache.clear()
    settings.LAKE_URI = str(tmp_path / "lake")
    now = clock.now()
    for username, role in (
        ("ada", Role.ADMINISTRATOR),
        ("otto", Role.ADMINISTRATOR),
        ("mona", Role.MONITORING_OFFICER),
        ("dora", Role.DATA_PROTECTION_OFFICER),
        ("petra", Role.PROBATION_PRACTITIONER),
    ):
        make_officer(username, username.title(), None, role, now=now - timedelta(hours=1))
    actions.first_revision(now=now - timedelta(minutes=30))


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def by(username: str):
    return posted(Officer.objects.get(username=username), now=clock.now())


def a_draft(numbers: Parameters = PATIENT) -> int:
    return actions.draft_revision(numbers, "Fewer rows of silence.", by=by("ada"), now=clock.now())


def words_of(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def test_the_list_says_who_when_why_and_what_is_in_force():
    number = a_draft()
    for username in ("ada", "mona", "dora"):
        said = words_of(signed_in(username).get(reverse("parameters")))
        assert "From the beginning" in said
        assert f"Revision {number}" in said
        assert "Fewer rows of silence." in said
        assert ("Draft other numbers" in said) == (username == "ada")
    assert signed_in("petra").get(reverse("parameters")).status_code == 403


def test_before_any_worker_ran_the_list_says_how_the_first_gets_here():
    ParameterRevision.objects.all().delete()
    said = words_of(signed_in("ada").get(reverse("parameters")))
    assert "No worker has run yet" in said
    assert signed_in("ada").get(reverse("parameter-draft")).status_code == 404


def test_the_form_has_every_number_with_its_meaning_unit_bounds_and_source():
    answer = signed_in("ada").get(reverse("parameter-draft"))
    page, said = answer.content.decode(), words_of(answer)
    for name in NAMES:
        assert f'id="{name}"' in page
        assert f'aria-describedby="{name}-hint"' in page
        assert escape(WORDS[name].meaning.split("`")[0][:40]) in said
    assert "15 minutes; 5 to 240 minutes may be typed" in said


def test_what_is_typed_becomes_a_draft_and_its_page_says_what_is_different():
    client = signed_in("ada")
    sent = typed(Parameters()) | {"gap_min": "20", "reason": "Slow uploads."}
    answer = client.post(reverse("parameter-draft"), sent)
    draft = ParameterRevision.objects.order_by("pk").last()
    assert answer["Location"] == reverse("parameter", args=[draft.pk])
    assert parameters_of(draft.values) == replace(Parameters(), gap_min=timedelta(minutes=20))
    said = words_of(client.get(answer["Location"]))
    assert "15 minutes 20 minutes" in said
    assert "Nobody has looked yet." in said


def test_all_that_is_wrong_is_said_at_its_field_and_what_was_typed_stays():
    sent = typed(Parameters()) | {"gap_min": "1", "speed_max_mps": "fast", "reason": "Why not."}
    answer = signed_in("ada").post(reverse("parameter-draft"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert 'href="#gap_min"' in page
    assert 'aria-describedby="speed_max_mps-hint speed_max_mps-error"' in page
    assert 'value="fast"' in page
    assert "Why not." in page
    assert ParameterRevision.objects.count() == 1


def test_a_draft_without_a_reason_comes_back_with_its_numbers():
    sent = typed(Parameters()) | {"gap_min": "20", "reason": " "}
    answer = signed_in("ada").post(reverse("parameter-draft"), sent)
    assert answer.status_code == 422
    assert "Say why" in words_of(answer)
    assert 'value="20"' in answer.content.decode()


def test_a_draft_is_changed_by_its_author_on_the_version_that_was_looked_at():
    number = a_draft()
    address = reverse("parameter-edit", args=[number])
    client = signed_in("ada")
    page = client.get(address).content.decode()
    assert 'name="version" value="1"' in page
    assert 'value="60"' in page
    sent = typed(PATIENT) | {"gap_min": "45", "reason": "Less.", "version": "1"}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 409
    assert signed_in("otto").get(address).status_code == 403
    assert "Change its numbers" not in words_of(
        signed_in("otto").get(reverse("parameter", args=[number]))
    )


def test_a_copy_begins_with_the_numbers_it_is_of():
    number = a_draft()
    page = signed_in("otto").get(f"{reverse('parameter-draft')}?from={number}").content.decode()
    assert 'id="gap_min" name="gap_min"' in page
    assert re.search(r'id="gap_min"[^>]*value="60"', page)
    assert signed_in("otto").get(f"{reverse('parameter-draft')}?from=x").status_code == 403


def test_the_whole_way_from_a_draft_to_approval_over_the_pages():
    number = a_draft()
    ada, mona = signed_in("ada"), signed_in("mona")
    page = reverse("parameter", args=[number])
    move = reverse("parameter-move", args=[number])
    propose = {"act": "propose", "reason": "please", "version": "1"}
    refused = ada.post(move, propose)
    assert refused.status_code == 422
    assert "run the preview first" in words_of(refused)
    assert 'href="#reason-propose"' in refused.content.decode()
    assert ada.post(reverse("parameter-preview", args=[number])).status_code == 302
    waiting = ada.get(page).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "The preview waits for the worker." in waiting
    run_jobs(clock.now())
    assert "Violations: none by either." in words_of(ada.get(page))
    assert ada.post(move, propose).status_code == 302
    assert "Approve it" not in words_of(ada.get(page))
    said = mona.get(page).content.decode()
    (offered,) = re.findall(r'name="effective_from"[^>]*value="([^"]+)"', said)
    approve = {"act": "approve", "reason": "seen", "version": "2", "effective_from": "soon"}
    assert "Enter from when" in words_of(mona.post(move, approve))
    done = mona.post(move, approve | {"effective_from": offered}, follow=True)
    assert "Approved. It comes into force" in words_of(done)
    row = ParameterRevision.objects.get(pk=number)
    assert (row.status, row.approver_id) == ("published", by("mona").officer_id)
    assert clock.now() < row.effective_from < clock.now() + timedelta(hours=1)
    assert words_of(mona.get(page)).count("Approved") >= 2
    again = mona.post(move, approve | {"effective_from": offered})
    assert again.status_code == 422


def test_who_may_only_read_is_offered_nothing_to_press():
    number = a_draft()
    answer = signed_in("dora").get(reverse("parameter", args=[number]))
    said = words_of(answer)
    assert "Your role may read this and change nothing." in said
    assert "<form" not in answer.content.decode().split('id="main"')[1]
    move = reverse("parameter-move", args=[number])
    for username in ("dora", "petra"):
        answer = signed_in(username).post(move, {"act": "withdraw", "reason": "x", "version": "1"})
        assert answer.status_code == 403
    assert signed_in("mona").post(reverse("parameter-preview", args=[number])).status_code == 403


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"whom": "sample", "size": "many"}, "how many wearers"),
        ({"whom": "sample", "size": "0"}, "1 to 5000"),
        ({"whom": "sample", "size": "99999999999999999999"}, "how many wearers"),
    ],
)
def test_a_sample_is_asked_for_by_a_number(sent, words):
    number = a_draft()
    answer = signed_in("ada").post(reverse("parameter-preview", args=[number]), sent)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert not ParameterPreview.objects.exists()


def test_what_no_revision_is_called_is_not_found():
    for number in (999, 10**30):
        assert signed_in("ada").get(reverse("parameter", args=[number])).status_code == 404
    number = a_draft()
    move = reverse("parameter-move", args=[number])
    assert signed_in("ada").post(move, {"act": "publish"}).status_code == 403
