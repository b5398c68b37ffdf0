"""Passkeys: set up, shown beside the password, alone, before a grave act; what opens nothing."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from passkey_words import Device
from sign_in_words import PASSWORD, ago, lines, officer, sign_in, signed_in
from waypost import clock
from waypost.access import passkeys, proving, resets
from waypost.access.models import Officer, SecondFactor
from waypost.access.second_factor import read_policy
from waypost.access.values import Role
from waypost.errors import Refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def now(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # or a minute
    cache.clear()
    return clock.now()


@pytest.fixture
def ann(now):
    return officer("ann", Role.ADMINISTRATOR, now=now, password=PASSWORD)


def set_up(name: str, device: Device, client: Client | None = None):
    """The officer sets the device's passkey up: the answer of the page."""
    client = client or signed_in(name)
    asked = client.get(reverse("own-passkey")).context["passkey"]
    sent = {"act": "make", "new-passkey-answer": device.make(asked.options),
            "new-passkey-state": asked.state, "label": "Blue key"}  # fmt: skip
    return client.post(reverse("own-passkey"), sent)


def show(client: Client, device: Device, page: str = "sign-in-passkey", **how: str):
    asked = client.get(reverse(page)).context["passkey"]
    sent = {"passkey-answer": device.show(asked.options, **how), "passkey-state": asked.state}
    return client.post(reverse(page), sent)


def is_in(client: Client) -> bool:
    return client.get(reverse("system")).status_code == 200


def test_a_passkey_is_set_up_with_codes_for_paper_and_a_line(ann):
    page = set_up("ann", Device())
    assert len(page.context["codes"]) == 10
    assert proving.has_factor(ann.officer_id)
    (seen,) = proving.factors_of(ann)
    assert (seen.kind, seen.label) == ("passkey", "Blue key")
    (line,) = lines("factor:added")
    assert json.loads(bytes(line.body))["detail"]["kind"] == "passkey"


def test_beside_the_password_it_is_asked_for_and_signs_in(ann):
    device = Device(verifies=False)
    set_up("ann", device)
    client, where = sign_in("ann")
    assert (where, is_in(client)) == (reverse("sign-in-code"), False)
    assert show(client, device, "sign-in-code").status_code == 302
    assert is_in(client)
    (line,) = lines("officer:signed_in")
    assert json.loads(bytes(line.body))["detail"] == {"how": "password passkey"}


def test_alone_it_signs_in_whoever_their_device_verified(ann, settings):
    settings.SECOND_FACTOR = read_policy("required")
    device = Device()
    client, _ = sign_in("ann")
    set_up("ann", device, client)
    client = Client()
    assert show(client, device)["Location"] == reverse("home")
    assert is_in(client)
    assert json.loads(bytes(lines("officer:signed_in")[-1].body))["detail"] == {"how": "passkey"}


def test_alone_it_is_not_enough_that_somebody_holds_the_device(ann):
    device = Device(verifies=False)
    set_up("ann", device)
    client = Client()
    assert show(client, device).status_code == 401
    assert not is_in(client)
    assert len(lines("sign-in:refused")) == 1


def test_an_answer_is_good_once(ann):
    device = Device(counts=False)
    set_up("ann", device)
    client = Client()
    asked = client.get(reverse("sign-in-passkey")).context["passkey"]
    sent = {"passkey-answer": device.show(asked.options), "passkey-state": asked.state}
    assert client.post(reverse("sign-in-passkey"), sent).status_code == 302
    assert Client().post(reverse("sign-in-passkey"), sent).status_code == 401


def test_an_answer_given_to_an_imitation_of_the_site_opens_nothing(ann):
    device = Device()
    set_up("ann", device)
    assert show(Client(), device, origin="http://testserver.example").status_code == 401
    assert show(Client(), device, host="elsewhere").status_code == 401
    assert show(Client(), Device(number=device.number)).status_code == 401  # another's signature
    assert show(Client(), Device()).status_code == 401  # a device nobody set up
    assert show(Client(), device).status_code == 302


def test_a_state_of_another_officer_or_for_something_else_opens_nothing(ann, now):
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    device, other = Device(), Device()
    set_up("ann", device)
    set_up("bob", other)
    client, _ = sign_in("ann")
    assert show(client, other, "sign-in-code").status_code == 401
    alone = Client().get(reverse("sign-in-passkey")).context["passkey"]
    sent = {"passkey-answer": device.show(alone.options), "passkey-state": alone.state}
    assert client.post(reverse("sign-in-code"), sent).status_code == 401
    site = passkeys.Site("testserver", "http://testserver")
    asked = passkeys.ask_to_make(ann, "ann", site)
    with pytest.raises(Refused):
        passkeys.make(Device().make(asked.options), asked.state, "", site=site, by=bob, now=now)
    assert not is_in(client)


def test_a_copied_passkey_is_found_by_its_count(ann):
    device = Device(count=5)
    set_up("ann", device)
    assert show(Client(), device).status_code == 302
    device.count -= 1
    assert show(Client(), device).status_code == 401


@pytest.mark.parametrize("answer", ["", "{}", "[]", "x", '{"rawId": 7}', "9" * 30_000])
def test_what_is_no_answer_is_refused_in_words(answer, ann):
    client = signed_in("ann")
    asked = client.get(reverse("own-passkey")).context["passkey"]
    sent = {"act": "make", "new-passkey-answer": answer, "new-passkey-state": asked.state}
    page = client.post(reverse("own-passkey"), sent)
    assert (page.status_code, b"not accepted" in page.content) == (422, True)
    stranger = Client()
    asked = stranger.get(reverse("sign-in-passkey")).context["passkey"]
    for state in (asked.state, "", "a:b:c"):
        sent = {"passkey-answer": answer, "passkey-state": state}
        assert stranger.post(reverse("sign-in-passkey"), sent).status_code == 401


def test_a_visit_to_the_page_stores_nothing(ann, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get(reverse("sign-in-passkey")).status_code == 200


def test_one_passkey_is_set_up_once(ann, now):
    officer("bob", Role.ADMINISTRATOR, now=now)
    device = Device()
    set_up("ann", device)
    assert set_up("bob", device).status_code == 422
    assert SecondFactor.objects.count() == 1


def test_one_that_was_taken_away_or_reset_opens_nothing(ann, now):
    bob, cat = (officer(name, Role.ADMINISTRATOR, now=now) for name in ("bob", "cat"))
    device, second = Device(), Device()
    set_up("ann", device)
    set_up("ann", second)
    first = SecondFactor.objects.order_by("pk").first().pk
    signed_in("ann").post(reverse("own-sign-in"), {"act": "remove", "factor": first})
    assert show(Client(), device).status_code == 401
    asked = resets.ask_reset("ann", "Lost.", by=bob, now=now)
    resets.decide_reset(asked, grant=True, words="", by=cat, now=now)
    assert show(Client(), second).status_code == 401


def test_one_of_somebody_who_left_opens_nothing(ann):
    device = Device()
    set_up("ann", device)
    Officer.objects.update(is_active=False)
    assert show(Client(), device).status_code == 401


def test_it_proves_who_somebody_is_before_a_grave_act(ann, now):
    device = Device()
    set_up("ann", device)
    client = signed_in("ann")
    ago(client, proved_at=11)
    question = client.post(reverse("officers"), {"act": "ask"})
    asked = question.context["passkey"]
    sent = {"act": "ask", "proof-that-it-is-you": "", "passkey-answer": device.show(asked.options),
            "passkey-state": asked.state}  # fmt: skip
    assert client.post(reverse("officers"), sent).status_code == 422  # the form is not complete
    assert client.post(reverse("officers"), {"act": "ask"}).status_code == 422
    ago(client, proved_at=11)
    assert client.post(reverse("officers"), sent).status_code == 401


def test_setting_one_up_asks_again_and_keeps_the_answer(ann):
    client, device = signed_in("ann"), Device()
    asked = client.get(reverse("own-passkey")).context["passkey"]
    ago(client, proved_at=11)
    sent = {"act": "make", "new-passkey-answer": device.make(asked.options),
            "new-passkey-state": asked.state}  # fmt: skip
    question = client.post(reverse("own-passkey"), sent)
    assert b"Confirm that it is you" in question.content
    assert dict(question.context["fields"]) == sent
    done = client.post(reverse("own-passkey"), sent | {"proof-that-it-is-you": PASSWORD})
    assert len(done.context["codes"]) == 10


def test_policy_off_takes_no_passkey(ann, settings):
    device = Device()
    set_up("ann", device)
    settings.SECOND_FACTOR = read_policy("off")
    assert Client().get(reverse("sign-in-passkey"))["Location"] == reverse("sign-in")
    assert b"passkey" not in Client().get(reverse("sign-in")).content
    assert signed_in("ann").get(reverse("own-passkey")).status_code == 403
