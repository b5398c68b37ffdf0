"""Machines' tokens: never more than their scopes and their role, never for more than a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sign_in_words import ago, lines, officer, signed_in
from waypost import clock
from waypost.access import actions, may
from waypost.access.may import RULES
from waypost.access.models import AccessToken
from waypost.access.queries import posted_by_token, reach
from waypost.access.token_queries import tokens
from waypost.access.token_scopes import SCOPES, check_scopes, read_scopes, scopes_of
from waypost.access.values import MACHINE, Permission, Reach, Role
from waypost.cli.main import main
from waypost.errors import BadUse, Conflict, Refused
from waypost.web.api import api

pytestmark = [pytest.mark.database, pytest.mark.django_db]
MONA = Role.MONITORING_OFFICER
ALERTS = "/api/alerts"


@pytest.fixture
def now():
    return clock.now()


def ask(token: str, address: str = ALERTS):
    return Client(headers={"Authorization": f"Bearer {token}"}).get(address)


def number(token: str) -> int:
    return AccessToken.objects.latest("pk").pk


@pytest.mark.parametrize("scope", sorted(scopes_of(MONA)))
def test_a_token_does_what_its_scope_names_and_nothing_else_of_its_role(scope, now):
    by = posted_by_token(actions.make_token(MONA, now=now, scopes=[scope]), now=now)
    allowed = {one for one in Permission if may.decide(by, one).allowed}
    assert allowed == {scope, Permission.ANYBODY}
    assert reach(by) == reach(by, scope)
    others = set(RULES[MONA]) - {scope}
    assert {reach(by, one) for one in others} == {Reach.NOBODY}


def test_a_scope_that_the_role_lost_opens_nothing(now, monkeypatch):
    by = posted_by_token(actions.make_token(MONA, now=now, scopes=["alert:read"]), now=now)
    monkeypatch.setitem(RULES, MONA, {Permission.PERSON_READ: Reach.ALL})
    assert not may.decide(by, Permission.ALERT_READ).allowed


def test_a_token_of_somebody_with_two_roles_acts_in_the_one_it_was_made_for(now):
    ann = officer("ann", MONA, now=now)
    actions.make_officer("ann", "Ann", None, Role.POLICE_ANALYST, now=now - timedelta(hours=1))
    actions.make_token(MONA, now=now, officer=officer_of(ann))
    kept = AccessToken.objects.get()
    assert kept.role == MONA
    token = actions.rotate_token(kept.pk, now=now)
    assert posted_by_token(token, now=now).roles == {MONA}


def officer_of(by):
    from waypost.access.models import Officer

    return Officer.objects.get(pk=by.officer_id)


def test_what_a_role_may_not_do_is_no_scope_of_its_token(now):
    for role, name in ((Role.POLICE_ANALYST, "alert:read"), (MONA, "officer:write"), (MONA, "x")):
        with pytest.raises(BadUse):
            check_scopes([name], role)
        with pytest.raises(BadUse):
            actions.make_token(role, now=now, scopes=[name])
    assert not AccessToken.objects.exists()


def test_a_token_lasts_a_year_at_most(now):
    for days in (0, -1, 366):
        with pytest.raises(BadUse, match="at most 365"):
            actions.make_token(MONA, now=now, days=days)
    token = actions.make_token(MONA, now=now, days=365)
    assert posted_by_token(token, now=now + timedelta(days=364)) is not None
    assert posted_by_token(token, now=now + timedelta(days=365)) is None


def test_what_is_kept_of_a_token_opens_nothing(now):
    token = actions.make_token(MONA, now=now)
    kept = AccessToken.objects.get()
    assert token not in repr(vars(kept))
    assert ask(kept.digest).status_code == 401
    assert all(token not in bytes(line.body).decode() for line in lines("token:made"))


def test_a_token_that_opens_nothing_is_told_why(now):
    token = actions.make_token(MONA, now=now - timedelta(days=3), days=2, scopes=["alert:read"])
    ended = ask(token)
    assert (ended.status_code, ended["WWW-Authenticate"]) == (401, "Bearer")
    assert ended.json()["error"].startswith("This token ended on ")
    token = actions.make_token(MONA, now=now, scopes=["alert:read"])
    assert ask(token).status_code == 200
    actions.revoke_token(number(token), now=now)
    assert ask(token).json()["error"].startswith("This token was revoked on ")
    assert ask("nonsense").json() == {"error": "This token is not known."}
    assert "Send a token" in Client().get(ALERTS).json()["error"]


def test_a_token_without_the_scope_is_refused_and_that_is_written_down(now):
    token = actions.make_token(MONA, now=now, scopes=["intake:post"])
    answer = ask(token)
    assert (answer.status_code, "not for alert:read" in answer.json()["error"]) == (403, True)
    assert lines("alerts:refused")[0].outcome == "refused"


def test_old_and_new_are_good_side_by_side_for_the_overlap(now):
    old = actions.make_token(MONA, now=now, days=90, scopes=["alert:read"], name="hub")
    new = actions.rotate_token(number(old), now=now, days=60, overlap=timedelta(days=3))
    assert old != new
    for later, good in ((0, (True, True)), (2, (True, True)), (3, (False, True)),
                        (60, (False, False))):  # fmt: skip
        at = now + timedelta(days=later)
        assert tuple(posted_by_token(one, now=at) is not None for one in (old, new)) == good
    assert [one.state for one in tokens(MACHINE, now=now)] == ["rotated", "live"]
    kept = AccessToken.objects.latest("pk")
    assert (kept.name, kept.scopes, kept.role) == ("hub", "alert:read", MONA)
    assert len(lines("token:rotated")) == 1


def test_a_rotation_never_makes_the_old_token_last_longer_and_happens_once(now):
    old = actions.make_token(MONA, now=now, days=2)
    first = number(old)
    actions.rotate_token(first, now=now, overlap=timedelta(days=7))
    assert AccessToken.objects.get(pk=first).expires_at == now + timedelta(days=2)
    with pytest.raises(Conflict, match="stands in"):
        actions.rotate_token(first, now=now)
    actions.revoke_token(number(old), now=now)
    with pytest.raises(Conflict):
        actions.rotate_token(number(old), now=now)
    with pytest.raises(BadUse, match="overlap"):
        actions.rotate_token(first, now=now, overlap=timedelta(days=31))


def test_only_who_keeps_accounts_makes_replaces_lists_or_revokes_tokens(now):
    mona = officer("mona", MONA, now=now)
    actions.make_token(MONA, now=now)
    for act in (
        lambda: actions.make_token(MONA, by=mona, now=now),
        lambda: actions.rotate_token(1, by=mona, now=now),
        lambda: actions.revoke_token(1, by=mona, now=now),
        lambda: tokens(mona, now=now),
    ):
        with pytest.raises(Refused):
            act()


def test_a_token_of_before_scopes_does_what_machines_did(now):
    """The migration's own words are those of the scopes there were."""
    from importlib import import_module

    before = import_module("waypost.access.migrations.0004_sign_in").BEFORE
    # Opened to nobody by an upgrade.
    later = {Permission.OFFENCE_UPLOAD, Permission.OFFENCE_READ, Permission.COURT_SEND}
    assert read_scopes(before) == frozenset(SCOPES) - later
    token = actions.make_token(MONA, now=now)
    AccessToken.objects.update(scopes=before, role="")
    assert ask(token).status_code == 200


def test_the_scopes_are_what_the_api_and_the_intake_ask_for():
    asked = {
        operation.auth_callbacks[0].permission
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    assert asked | {Permission.INTAKE_POST} == set(SCOPES)


@pytest.fixture
def ann(now):
    return officer("ann", Role.ADMINISTRATOR, now=now)


FORM = {"act": "make", "name": "Hub of Vendor", "role": "monitoring_officer", "days": "90",
        "scope": ["intake:post"]}  # fmt: skip


def test_an_administrator_makes_a_token_on_the_page_and_sees_it_once(ann, now):
    client = signed_in("ann")
    page = client.post(reverse("machines"), FORM)
    token = page.context["token"]
    assert token in page.content.decode()
    listed = client.get(reverse("machines")).content.decode()
    assert ("Hub of Vendor" in listed, "never used" in listed, token in listed) == (
        True, True, False,
    )  # fmt: skip
    assert posted_by_token(token, now=clock.now()).scopes == {Permission.INTAKE_POST}
    assert "used last" in client.get(reverse("machines")).content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "which machine"),
        ({"scope": []}, "what it may do"),
        ({"scope": ["notification:answer"]}, "nothing that a monitoring officer may do"),
        ({"days": "366"}, "at most 365"),
        ({"days": "x"}, "how many days"),
        ({"role": "boss"}, "role in which"),
        ({"team": "99"}, "no such team"),
    ],
)
def test_a_form_that_does_not_hold_comes_back_with_what_was_typed(change, says, ann):
    answer = signed_in("ann").post(reverse("machines"), FORM | change)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert not AccessToken.objects.exists()


def test_on_the_page_tokens_are_replaced_and_revoked(ann, now):
    client = signed_in("ann")
    client.post(reverse("machines"), FORM)
    first = AccessToken.objects.get().pk
    page = client.post(reverse("machines"), {"act": "rotate", "token": first, "days": "30"})
    assert page.context["token"].startswith("waypost_")
    assert b"Another stands in" in client.get(reverse("machines")).content
    client.post(reverse("machines"), {"act": "revoke", "token": first})
    assert b"Revoked" in client.get(reverse("machines")).content
    assert client.post(reverse("machines"), {"act": "revoke", "token": first}).status_code == 409


def test_making_a_token_asks_again_who_it_is(ann):
    client = signed_in("ann")
    ago(client, proved_at=11)
    assert b"Confirm that it is you" in client.post(reverse("machines"), FORM).content
    assert not AccessToken.objects.exists()


def test_the_commands_make_list_replace_and_revoke(capsys, now):
    def waypost(*words):
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    make = ("token", "monitoring_officer", "--scope", "alert:read", "--name", "wall")
    code, token, _ = waypost(*make)
    assert (code, posted_by_token(token, now=clock.now()).scopes) == (0, {Permission.ALERT_READ})
    assert waypost(*make[:2], "--scope", "officer:write")[0] == 2
    assert waypost(*make, "--days", "366")[0] == 2
    first = AccessToken.objects.get().pk
    code, said, _ = waypost("tokens")
    assert (code, "wall monitoring_officer until" in said, "[alert:read]" in said) == (
        0,
        True,
        True,
    )
    code, new, _ = waypost("tokens", "--rotate", str(first), "--overlap-days", "0")
    assert (code, ask(token).status_code, ask(new).status_code) == (0, 401, 200)
    assert waypost("tokens", "--revoke", str(first + 1))[0] == 0
    assert ask(new).status_code == 401
    assert waypost("tokens")[1] == ""
