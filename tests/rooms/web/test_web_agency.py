"""Signing in at the agency: whom two administrators linked, and nobody on a token that is wrong."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from provider_words import CLIENT, ISSUER, Provider, new_key
from sign_in_words import ago, lines, officer, shown, signed_in, with_app
from waypost import clock
from waypost.access import agency_links, oidc_client
from waypost.access.models import AgencyLink, Officer
from waypost.access.oidc import is_safe, read_settings
from waypost.access.second_factor import read_policy
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def now():
    cache.clear()
    return clock.now()


@pytest.fixture
def provider(now, settings, monkeypatch):
    settings.OIDC = read_settings(ISSUER, CLIENT, "s3cret", "Hackney")
    made = Provider(now.timestamp())
    monkeypatch.setattr(oidc_client, "client", made.client)
    return made


@pytest.fixture
def ann(now):
    return officer("ann", Role.ADMINISTRATOR, now=now)


@pytest.fixture
def linked(ann, now):
    bob, cat = (officer(name, Role.ADMINISTRATOR, now=now) for name in ("bob", "cat"))
    number = agency_links.propose("ann", ISSUER, "subject-of-ann", by=bob, now=now)
    agency_links.confirm(number, by=cat, now=now)
    return number


def through(provider: Provider, client: Client | None = None, **changed: str):
    """There and back again; changed: what somebody altered on the way."""
    client = client or Client()
    there = client.get(reverse("agency-go"), {"next": "/officers"})
    brought = provider.authorise(there["Location"])
    return client, client.get(reverse("agency-back"), brought | changed)


def is_in(client: Client) -> bool:
    return client.get(reverse("system")).status_code == 200


def test_whoever_is_linked_comes_in_where_they_were_going(provider, linked):
    client, answer = through(provider)
    assert (answer["Location"], is_in(client)) == ("/officers", True)
    (line,) = lines("officer:signed_in")
    assert json.loads(bytes(line.body))["detail"] == {"how": "agency"}


def test_whoever_is_not_linked_is_told_their_subject_and_no_account_is_made(provider, ann):
    client, answer = through(provider)
    assert (answer.status_code, is_in(client)) == (401, False)
    assert b"subject-of-ann" in answer.content
    assert Officer.objects.count() == 1
    assert len(lines("sign-in:refused")) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"iss": "https://x.example"},
        {"exp": 1}, {"exp": None}, {"iat": 2**33}, {"sub": None}, {"sub": "x" * 256}, {"sub": ""},
        {"aud": [CLIENT, "another"]}, {"azp": "another"}, {"exp": "soon"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_for_us_now_and_of_this_sign_in_opens_nothing(claims, provider, linked):
    provider.claims = claims
    client, answer = through(provider)
    assert (answer.status_code, is_in(client)) == (401, False)


def test_a_token_for_us_and_others_says_that_it_is_ours(provider, linked):
    provider.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert is_in(through(provider)[0])


def test_a_token_of_another_key_or_of_none_opens_nothing(provider, linked):
    provider.signs_with = new_key()
    assert not is_in(through(provider)[0])
    provider.signs_with, provider.algorithm = "", "none"
    assert not is_in(through(provider)[0])
    provider.signs_with, provider.algorithm = b"a shared secret of thirty-two bytes", "HS256"
    assert not is_in(through(provider)[0])


def test_a_provider_that_changed_its_keys_is_asked_for_them_anew(provider, linked):
    assert is_in(through(provider)[0])
    provider.key, provider.key_id = new_key(), "two"
    assert is_in(through(provider)[0])


@pytest.mark.parametrize("changed", [{"state": "x"}, {"iss": "https://x.example"}, {"code": "x"}])
def test_an_answer_that_was_not_asked_for_opens_nothing(changed, provider, linked):
    client, answer = through(provider, **changed)
    assert (answer.status_code, is_in(client)) == (401, False)


def test_an_answer_brought_by_another_browser_opens_nothing(provider, linked):
    there = Client().get(reverse("agency-go"))
    brought = provider.authorise(there["Location"])
    other = Client()
    assert other.get(reverse("agency-back"), brought).status_code == 401
    assert not is_in(other)
    other.get(reverse("agency-go"))
    assert other.get(reverse("agency-back"), brought).status_code == 401
    denied = other.get(reverse("agency-back"), {"error": "access_denied", "state": "x"})
    assert denied.status_code == 401


def test_our_second_factor_is_asked_for_unless_the_provider_asked_for_one(
    provider, linked, ann, now
):
    secret, _ = with_app(ann, now=now)
    client, answer = through(provider)
    assert (answer["Location"], is_in(client)) == (reverse("sign-in-code"), False)
    client.post(reverse("sign-in-code"), {"code": shown(secret, now)})
    assert is_in(client)
    assert json.loads(bytes(lines("officer:signed_in")[-1].body))["detail"] == {"how": "agency app"}
    provider.claims = {"amr": ["pwd", "mfa"]}
    assert is_in(through(provider)[0])


def test_where_a_second_factor_is_required_the_providers_own_counts(provider, linked, settings):
    settings.SECOND_FACTOR = read_policy("required")
    assert not is_in(through(provider)[0])
    provider.claims = {"amr": ["mfa"]}
    assert is_in(through(provider)[0])


def test_a_provider_that_is_away_or_somebody_else_is_said_so(provider, linked):
    for name, value in (("issuer", "https://x.example"), ("token_endpoint", "http://x.example/t"),
                        ("jwks_uri", None)):  # fmt: skip
        cache.clear()
        provider.document = {name: value}
        answer = Client().get(reverse("agency-go"))
        assert (answer.status_code, b"does not answer" in answer.content) == (503, True)
    cache.clear()
    provider.document, provider.is_away = {}, True
    assert Client().get(reverse("agency-go")).status_code == 503


def test_without_the_setting_there_is_no_such_page_and_no_request_leaves(ann, settings):
    settings.OIDC = None
    for name in ("agency-go", "agency-back"):
        assert Client().get(reverse(name)).status_code == 404
    assert b"Sign in at" not in Client().get(reverse("sign-in")).content
    assert b"not set up" in signed_in("ann").get(reverse("agency-links")).content


def test_one_administrator_alone_links_nobody(ann, now):
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    mona = officer("mona", Role.MONITORING_OFFICER, now=now)
    number = agency_links.propose("ann", ISSUER, "subject-of-bob", by=bob, now=now)
    for somebody in (bob, ann, mona):
        with pytest.raises(Refused):
            agency_links.confirm(number, by=somebody, now=now)
    assert AgencyLink.objects.get().confirmed_at is None
    with pytest.raises(Conflict):
        agency_links.propose("ann", ISSUER, "another", by=bob, now=now)
    with pytest.raises(Conflict):
        agency_links.propose("mona", ISSUER, "subject-of-bob", by=bob, now=now)


def test_a_proposed_or_ended_link_and_one_of_who_left_open_nothing(provider, linked, ann, now):
    cat = signed_in("cat")
    cat.post(reverse("agency-links"), {"act": "end", "link": linked})
    assert not is_in(through(provider)[0])
    cat.post(reverse("agency-links"), {"act": "propose", "username": "ann",
                                       "subject": "subject-of-ann"})  # fmt: skip
    assert not is_in(through(provider)[0])
    number = AgencyLink.objects.latest("pk").pk
    signed_in("bob").post(reverse("agency-links"), {"act": "confirm", "link": number})
    assert is_in(through(provider)[0])
    Officer.objects.filter(username="ann").update(is_active=False)
    assert not is_in(through(provider)[0])
    kinds = ("proposed", "confirmed", "ended")
    assert [len(lines(f"agency_link:{kind}")) for kind in kinds] == [2, 2, 1]
    with pytest.raises(NoSuchThing):
        agency_links.confirm(linked, by=ann, now=now)


def test_linking_asks_again_who_it_is(provider, ann):
    client = signed_in("ann")
    ago(client, proved_at=11)
    sent = {"act": "propose", "username": "ann", "subject": "x"}
    assert b"Confirm that it is you" in client.post(reverse("agency-links"), sent).content
    assert not AgencyLink.objects.exists()


def test_settings_that_are_half_or_unsafe_are_refused_at_the_start():
    assert read_settings("", "", "", "") is None
    with pytest.raises(ValueError, match="CLIENT_ID"):
        read_settings(ISSUER, "", "", "")
    with pytest.raises(ValueError, match="https"):
        read_settings("http://login.agency.example", CLIENT, "", "")
    assert is_safe("http://127.0.0.1:9/x")
    assert not is_safe("ftp://127.0.0.1/x")
