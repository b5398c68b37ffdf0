"""Signing in with a second factor, sign-ins that end, grave acts that ask again."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from sign_in_words import PASSWORD, ago, lines, officer, shown, sign_in, signed_in, with_app
from waypost import clock
from waypost.access import proving, resets
from waypost.access.identity_key import read_key
from waypost.access.models import Posting, PostingRequest, RecoveryCode, SecondFactor
from waypost.access.second_factor import read_policy
from waypost.access.session_limits import read_limits
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.web.grave import GRAVE
from waypost.web.routes import BY_NAME

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HALF_AN_HOUR = read_limits("30m,monitoring_officer=30m", "12h")  # for the wall's role, too


@pytest.fixture
def now(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # or a minute
    cache.clear()
    return clock.now()


@pytest.fixture
def ann(now):
    return officer("ann", Role.ADMINISTRATOR, now=now, password=PASSWORD)


def code_for(client: Client, code: str):
    return client.post(reverse("sign-in-code"), {"code": code})


def is_in(client: Client) -> bool:
    return client.get(reverse("system")).status_code == 200


def test_without_a_second_factor_the_password_alone_signs_in(ann):
    client, where = sign_in("ann")
    assert (where, is_in(client)) == (reverse("home"), True)
    (line,) = lines("officer:signed_in")
    assert json.loads(bytes(line.body))["detail"] == {"how": "password"}


def test_with_one_the_password_opens_nothing_before_the_code(ann, now):
    secret, _ = with_app(ann, now=now)
    client, where = sign_in("ann", next="/officers")
    assert (where, is_in(client)) == (reverse("sign-in-code"), False)
    assert not lines("officer:signed_in")
    answer = code_for(client, f" {shown(secret, now)[:3]} {shown(secret, now)[3:]}")
    assert (answer["Location"], is_in(client)) == ("/officers", True)
    (line,) = lines("officer:signed_in")
    assert json.loads(bytes(line.body))["detail"] == {"how": "password app"}


def test_a_code_is_good_for_one_sign_in(ann, now):
    secret, _ = with_app(ann, now=now)
    code = shown(secret, now)
    assert code_for(sign_in("ann")[0], code).status_code == 302
    again = code_for(sign_in("ann")[0], code)
    assert again.status_code == 401
    assert b"used already" in again.content
    (line,) = lines("sign-in:refused")
    assert (line.outcome, line.officer_id) == ("refused", ann.officer_id)
    assert code not in bytes(line.body).decode()


def test_the_right_password_does_not_give_new_tries_at_the_code(ann, now):
    """Whoever knows the password could otherwise try all million codes."""
    secret, _ = with_app(ann, now=now)
    for _ in range(5):
        assert code_for(sign_in("ann")[0], "000000").status_code == 401
    assert sign_in("ann")[1] == "429"
    cache.clear()
    client, _ = sign_in("ann")
    for _ in range(5):
        code_for(client, "000000")
    assert code_for(client, shown(secret, now)).status_code == 429
    assert not lines("officer:signed_in")


def test_nobody_gets_to_the_code_without_the_password_or_five_minutes_after_it(ann, now):
    secret, _ = with_app(ann, now=now)
    assert code_for(Client(), shown(secret, now))["Location"] == reverse("sign-in")
    client, _ = sign_in("ann")
    session = client.session
    session["password_shown"] |= {"at": now.timestamp() - 301}
    session.save()
    assert code_for(client, shown(secret, now))["Location"] == reverse("sign-in")
    assert not is_in(client)


def test_a_recovery_code_signs_in_once(ann, now):
    _, codes = with_app(ann, now=now)
    assert len(set(codes)) == 10
    client, _ = sign_in("ann")
    assert code_for(client, codes[3].upper().replace("-", " ")).status_code == 302
    assert is_in(client)
    assert code_for(sign_in("ann")[0], codes[3]).status_code == 401
    assert proving.recovery_codes_left(ann.officer_id) == 9
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_codes_of_somebody_else_prove_nothing(ann, now):
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    _, codes = with_app(ann, now=now)
    secret, _ = with_app(bob, now=now)
    client, _ = sign_in("ann")
    assert code_for(client, shown(secret, now)).status_code == 401
    assert proving.has_factor(bob.officer_id)
    client, _ = sign_in("ann")
    assert code_for(client, codes[0]).status_code == 302


def test_an_app_counts_from_its_first_right_code_and_its_secret_is_shown_no_more(ann, now):
    client = signed_in("ann")
    assert client.get(reverse("own-app"))["Location"] == reverse("own-sign-in")
    client.post(reverse("own-app"), {"act": "begin"})
    page = client.get(reverse("own-app")).content.decode()
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert "<svg" in page
    wrong = client.post(reverse("own-app"), {"act": "confirm", "code": "12345"})
    assert (wrong.status_code, proving.has_factor(ann.officer_id)) == (422, False)
    told = client.post(reverse("own-app"), {"act": "confirm", "code": shown(secret, clock.now())})
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", told.content.decode())
    assert (told.status_code, len(codes)) == (200, 10)
    assert proving.has_factor(ann.officer_id)
    for name in ("own-app", "own-sign-in"):
        later = client.get(reverse(name), follow=True).content.decode()
        assert secret[:4] not in later
        assert codes[0] not in later
    assert [line.kind for line in lines("factor:begun") + lines("factor:added")] == [
        "factor:begun", "factor:added",
    ]  # fmt: skip
    assert all(secret not in bytes(one.body).decode() for one in lines("factor:added"))


def test_what_was_taken_away_is_not_asked_for_and_its_secret_is_gone(ann, now):
    with_app(ann, now=now)
    client = signed_in("ann")
    number = SecondFactor.objects.get().pk
    client.post(reverse("own-sign-in"), {"act": "remove", "factor": number})
    assert sign_in("ann")[1] == reverse("home")
    assert SecondFactor.objects.get().secret == ""
    assert not RecoveryCode.objects.exists()
    assert len(lines("factor:removed")) == 1


def test_nobody_takes_away_the_factor_of_somebody_else(ann, now):
    with_app(ann, now=now)
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    with pytest.raises(Conflict):
        proving.end_factor(SecondFactor.objects.get().pk, by=bob, now=now)
    assert proving.has_factor(ann.officer_id)


def test_new_recovery_codes_make_the_old_ones_worthless(ann, now):
    _, old = with_app(ann, now=now)
    client = signed_in("ann")
    page = client.post(reverse("own-sign-in"), {"act": "codes"}).content.decode()
    new = re.findall(r"<code>([a-z2-7-]{19})</code>", page)
    assert code_for(sign_in("ann")[0], old[0]).status_code == 401
    assert code_for(sign_in("ann")[0], new[0]).status_code == 302


def test_the_secret_is_sealed_where_a_key_is_given(ann, now, settings):
    settings.IDENTITY_KEY = read_key("ab" * 32)
    secret, _ = with_app(ann, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM access_second_factor")
        (kept,) = cursor.fetchone()
    assert kept.startswith("sealed:1:")
    assert code_for(sign_in("ann")[0], shown(secret, now)).status_code == 302


def test_where_a_failing_line_undoes_the_sign_in_the_code_is_good_still(ann, now, monkeypatch):
    secret, _ = with_app(ann, now=now)
    client, _ = sign_in("ann")
    with monkeypatch.context() as broken:
        broken.setattr("waypost.web.pages.signing.audit.record", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            code_for(client, shown(secret, now))
    client, _ = sign_in("ann")
    assert code_for(client, shown(secret, now)).status_code == 302


def test_policy_off_neither_offers_nor_asks(ann, now, settings):
    with_app(ann, now=now)
    settings.SECOND_FACTOR = read_policy("off")
    client, where = sign_in("ann")
    assert where == reverse("home")
    assert b"turned off" in client.get(reverse("own-sign-in")).content
    assert client.post(reverse("own-app"), {"act": "begin"}).status_code == 403


def test_where_one_is_required_nothing_opens_before_it_is_set_up(ann, now, settings):
    settings.SECOND_FACTOR = read_policy("required:administrator")
    officer("dora", Role.DATA_PROTECTION_OFFICER, now=now)
    assert signed_in("dora").get(reverse("audit")).status_code == 200
    client, _ = sign_in("ann")
    for name in ("system", "officers", "home", "contacts"):
        assert client.get(reverse(name))["Location"] == reverse("own-sign-in"), name
    part = client.get(reverse("system"), headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (401, reverse("own-sign-in"))
    assert client.post(reverse("officers"), {"act": "ask"})["Location"] == reverse("own-sign-in")
    client.post(reverse("own-app"), {"act": "begin"})
    secret = proving.begun_secret(ann, now=now)
    client.post(reverse("own-app"), {"act": "confirm", "code": shown(secret, clock.now())})
    assert is_in(client)
    assert client.post(reverse("sign-out")).status_code == 302


def test_a_sign_in_without_the_factor_that_is_required_now_is_done_again(ann, now, settings):
    client, _ = sign_in("ann")
    with_app(ann, now=now)
    settings.SECOND_FACTOR = read_policy("required")
    assert client.get(reverse("system"))["Location"].startswith(reverse("sign-in") + "?")
    assert "_auth_user_id" not in client.session


def test_a_lost_factor_is_reset_by_two_who_are_not_its_owner(ann, now):
    bob, cat = (officer(name, Role.ADMINISTRATOR, now=now) for name in ("bob", "cat"))
    with_app(ann, now=now)
    with pytest.raises(Refused, match="has a second factor"):
        resets.ask_reset("bob", "Lost.", by=cat, now=now)
    with pytest.raises(Refused, match="Say why"):
        resets.ask_reset("ann", " ", by=bob, now=now)
    asked = resets.ask_reset("ann", "Phone stolen; seen in person.", by=bob, now=now)
    with pytest.raises(Conflict):
        resets.ask_reset("ann", "Again.", by=cat, now=now)
    for somebody in (ann, bob):
        with pytest.raises(Refused, match="Somebody else decides"):
            resets.decide_reset(asked, grant=True, words="", by=somebody, now=now)
    assert proving.has_factor(ann.officer_id)
    client = signed_in("cat")
    assert b"Phone stolen" in client.get(reverse("sign-in-resets")).content
    client.post(reverse("sign-in-resets"), {"act": "grant", "reset": asked})
    assert not proving.has_factor(ann.officer_id)
    assert sign_in("ann")[1] == reverse("home")
    assert [len(lines(f"factor_reset:{word}")) for word in ("asked", "granted")] == [1, 1]
    with pytest.raises(Conflict):
        resets.decide_reset(asked, grant=False, words="No.", by=cat, now=now)


def test_a_reset_is_taken_back_or_refused_and_nothing_is_reset(ann, now):
    bob, cat = (officer(name, Role.ADMINISTRATOR, now=now) for name in ("bob", "cat"))
    with_app(ann, now=now)
    asked = resets.ask_reset("ann", "Lost.", by=bob, now=now)
    with pytest.raises(Refused):
        resets.take_back(asked, by=cat, now=now)
    resets.take_back(asked, by=bob, now=now)
    asked = resets.ask_reset("ann", "Lost.", by=bob, now=now)
    with pytest.raises(Refused, match="Say why"):
        resets.decide_reset(asked, grant=False, words="", by=cat, now=now)
    resets.decide_reset(asked, grant=False, words="Nobody rang.", by=cat, now=now)
    assert proving.has_factor(ann.officer_id)
    with pytest.raises(NoSuchThing):
        resets.decide_reset(asked + 9, grant=True, words="", by=cat, now=now)


def test_a_sign_in_ends_without_a_sign_of_its_officer_and_that_is_written_down(ann):
    client = signed_in("ann")
    ago(client, seen_at=29)
    assert is_in(client)
    ago(client, seen_at=30)
    answer = client.get(reverse("officers"))
    assert answer["Location"] == f"{reverse('sign-in')}?next=%2Fofficers"
    assert len(lines("officer:session_ended")) == 1
    assert "_auth_user_id" not in client.session


def test_a_sign_in_ends_after_twelve_hours_however_busy(ann):
    client = signed_in("ann")
    ago(client, signed_in_at=719)
    assert is_in(client)
    ago(client, signed_in_at=2)
    assert not is_in(client)


def test_every_page_somebody_opens_keeps_them_signed_in_and_one_that_refreshes_itself_does_not(
    now, settings
):
    settings.SESSION_LIMITS = HALF_AN_HOUR
    officer("mona", Role.MONITORING_OFFICER, now=now)
    client = signed_in("mona")
    ago(client, seen_at=20)
    assert client.get(reverse("inbox-rows")).status_code == 200
    ago(client, seen_at=11)
    part = client.get(reverse("inbox-rows"), headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"][:8]) == (401, "/sign-in")
    client = signed_in("mona")
    ago(client, seen_at=20)
    assert client.get(reverse("inbox")).status_code == 200
    ago(client, seen_at=11)
    assert client.get(reverse("inbox-rows")).status_code == 200


@pytest.mark.parametrize(
    ("name", "query", "stays"),
    [
        ("inbox", {}, True),
        ("inbox", {"itself": "1"}, False),
        ("inbox-zones", {}, False),
        ("inbox-presence", {}, False),
    ],
)
def test_what_a_page_fetches_by_itself_is_no_sign_of_anybody(name, query, stays, now, settings):
    settings.SESSION_LIMITS = HALF_AN_HOUR
    officer("mona", Role.MONITORING_OFFICER, now=now)
    client = signed_in("mona")
    ago(client, seen_at=20)
    assert client.get(reverse(name), query).status_code == 200
    ago(client, seen_at=11)
    assert (client.get(reverse("inbox-rows")).status_code == 200) == stays


def test_a_wall_may_be_left_alone_for_longer_where_its_role_is_given_more(now, settings):
    settings.SESSION_LIMITS = read_limits("30m,monitoring_officer=8h", "12h")
    officer("mona", Role.MONITORING_OFFICER, now=now)
    client = signed_in("mona")
    ago(client, seen_at=479)
    assert client.get(reverse("inbox-rows")).status_code == 200
    ago(client, seen_at=1)
    assert client.get(reverse("inbox-rows")).status_code == 302


def test_a_page_that_does_not_exist_shows_nothing_of_a_sign_in_that_ended(ann):
    client = signed_in("ann")
    ago(client, seen_at=31)
    missing = client.get("/no-such-page")
    assert (missing.status_code, b"Sign out" in missing.content) == (404, False)


def test_a_session_that_does_not_say_when_it_began_has_ended(ann):
    """One of before this was built, or one that was tampered with."""
    client = signed_in("ann")
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert not is_in(client)


def asks(team: str = "") -> dict[str, str]:
    return {"act": "ask", "role": "monitoring_officer", "words": "Covers <for> \"Ida\"",
            "team": team, "area": "Hackney"}  # fmt: skip


def hidden(page: bytes) -> dict[str, str]:
    """What the question carries: every hidden field but the token."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.decode())
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_grave_act_asks_again_after_ten_minutes_and_nothing_typed_is_lost(ann, now):
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    client, _ = sign_in("ann")
    form = asks() | {"officer": str(bob.officer_id)}
    ago(client, proved_at=11)
    question = client.post(reverse("officers"), form)
    assert (question.status_code, PostingRequest.objects.count()) == (200, 0)
    assert b"Confirm that it is you" in question.content
    assert hidden(question.content) == form
    proof = {"proof-that-it-is-you": "wrong"}
    wrong = client.post(reverse("officers"), hidden(question.content) | proof)
    assert (wrong.status_code, hidden(wrong.content)) == (401, form)
    proof = {"proof-that-it-is-you": PASSWORD}
    done = client.post(reverse("officers"), hidden(wrong.content) | proof)
    assert (done.status_code, PostingRequest.objects.get().words) == (302, form["words"])
    assert [len(lines(kind)) for kind in ("proof:refused", "officer:proved")] == [1, 1]
    everything = b"".join(bytes(one.body) for one in lines("officer:proved"))
    assert PASSWORD.encode() not in everything
    assert client.post(reverse("officers"), {"act": "ask"}).status_code == 422  # not asked again


def test_within_ten_minutes_nothing_is_asked_again(ann, now):
    bob = officer("bob", Role.ADMINISTRATOR, now=now)
    client = signed_in("ann")
    ago(client, proved_at=9)
    form = asks() | {"officer": str(bob.officer_id)}
    assert client.post(reverse("officers"), form).status_code == 302


def test_a_code_of_the_app_proves_it_too_and_only_once(ann, now):
    secret, _ = with_app(ann, now=now)
    client = signed_in("ann")
    ago(client, proved_at=11)
    proof = {"proof-that-it-is-you": shown(secret, now), "act": "ask"}
    assert client.post(reverse("officers"), proof).status_code == 422  # the form is not complete
    ago(client, proved_at=11)
    assert client.post(reverse("officers"), proof).status_code == 401


def test_wrong_proofs_count_with_wrong_passwords(ann):
    client = signed_in("ann")
    ago(client, proved_at=11)
    form = {"act": "ask", "proof-that-it-is-you": "no"}
    statuses = [client.post(reverse("officers"), form).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert sign_in("ann")[1] == "429"


def test_looking_and_lesser_acts_ask_for_nothing_again(ann, now):
    client = signed_in("ann")
    ago(client, proved_at=300, signed_in_at=300)
    assert client.get(reverse("officers")).status_code == 200
    bad = client.post(reverse("officers"), {"act": "take-back", "request": "9"})
    assert bad.status_code == 404


def test_whoever_may_not_do_it_is_refused_before_any_question(now):
    officer("mona", Role.MONITORING_OFFICER, now=now)
    client = signed_in("mona")
    ago(client, proved_at=11)
    assert client.post(reverse("officers"), {"act": "ask"}).status_code == 403
    assert Posting.objects.count() == 1


def test_every_grave_act_is_of_a_page_there_is():
    assert set(GRAVE) <= set(BY_NAME)
