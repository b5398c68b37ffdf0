"""A second factor by keyboard alone: an app is set up, signs in, and a grave act asks again."""

from __future__ import annotations

import os
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import PASSWORD, House, check_accessible, officer, press, sign_in, waypost

from sign_in_words import shown

pytestmark = pytest.mark.journey


@pytest.fixture
def adam(page, house: House) -> str:
    """An administrator of this journey's own: whoever else signs in is asked for no code."""
    name = f"adam-{secrets.token_hex(3)}"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    waypost(environment, officer(name, "administrator", "Adam Marsh"))
    return name


def type_in(page, label: str, text: str) -> None:
    """As from a keyboard: into the field of this name, then Enter."""
    page.get_by_label(label, exact=True).focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def next_code(secret: str, used: str) -> str:
    """The code of the half minute now, or of the one after it where that was used already."""
    now = datetime.now(UTC)
    code = shown(secret, now)
    return code if code != used else shown(secret, now, steps=1)


def test_an_app_is_set_up_and_asked_for_and_a_recovery_code_stands_in(page, house, adam):
    sign_in(page, house, adam)
    press(page.get_by_role("link", name="Your sign-in"))
    page.get_by_text("your password alone opens your account").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Set up an app"))
    secret = page.locator("#secret").inner_text().replace(" ", "")
    assert page.get_by_role("img", name="The secret as a QR code").is_visible()
    check_accessible(page, house)
    type_in(page, "Code", "000000")
    page.get_by_role("alert").get_by_text("The code is not right").wait_for()
    assert page.locator("#secret").inner_text().replace(" ", "") == secret
    check_accessible(page, house)
    used = shown(secret, datetime.now(UTC))
    type_in(page, "Code", used)
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    codes = page.locator("#codes code").all_inner_texts()
    assert len(codes) == 10
    check_accessible(page, house)
    press(page.get_by_role("button", name="I have kept them"))
    page.get_by_text("10 left").wait_for()
    check_accessible(page, house)

    password_given(page, house, adam)
    check_accessible(page, house)
    type_in(page, "Code", used)
    page.get_by_role("alert").get_by_text("used already").wait_for()
    type_in(page, "Code", next_code(secret, used))
    page.wait_for_url(lambda url: "/sign-in" not in url)

    password_given(page, house, adam)
    type_in(page, "Code", codes[0])
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{house.pages}/own/sign-in")
    page.get_by_text("9 left").wait_for()


def password_given(page, house: House, name: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{house.pages}/sign-in")
    page.get_by_label("User name").fill(name)
    type_in(page, "Password", PASSWORD)
    page.get_by_role("heading", name="Your second factor").wait_for()


def test_a_grave_act_asks_again_and_what_was_typed_arrives(page, house, adam):
    sign_in(page, house, adam)
    for name in ("agency-links", "sign-in-resets", "machines"):
        page.goto(f"{house.pages}/{name}")
        check_accessible(page, house)
    page.get_by_label("Which machine is it for?").fill("Hub “of” <Vendor>")
    page.get_by_label("Post batches of fixes").check()
    eleven_minutes_pass(house, adam)
    press(page.get_by_role("button", name="Make it"))
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    check_accessible(page, house)
    type_in(page, "Your password", "not this one")
    page.get_by_role("alert").wait_for()
    check_accessible(page, house)
    type_in(page, "Your password", PASSWORD)
    page.get_by_role("heading", name="The new token").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="The machine has it"))
    page.get_by_role("heading", name="Hub “of” <Vendor>").first.wait_for()
    check_accessible(page, house)


def eleven_minutes_pass(house: House, name: str) -> None:
    """As far as this officer's sessions know."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.core import signing

    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore
    key = (house.home / "keys" / "django").read_bytes().hex()
    salt = SessionStore().key_salt
    with sqlite3.connect(house.home / "waypost.sqlite3", timeout=20) as store:
        number = store.execute(
            "SELECT id FROM access_officer WHERE username = ?", [name]
        ).fetchone()[0]
        for row, data in store.execute(
            "SELECT session_key, session_data FROM django_session"
        ).fetchall():
            said = signing.loads(data, key=key, salt=salt, serializer=signing.JSONSerializer)
            if said.get("_auth_user_id") == str(number):
                said["proved_at"] -= timedelta(minutes=11).total_seconds()
                data = signing.dumps(said, key=key, salt=salt, compress=True,
                                     serializer=signing.JSONSerializer)  # fmt: skip
                store.execute(
                    "UPDATE django_session SET session_data = ? WHERE session_key = ?", [data, row]
                )


AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_is_made_and_then_signs_in_beside_the_password_and_alone(page, house, adam):
    """Under the name localhost: browsers give passkeys to names, never to numbers."""
    here = house.pages.replace("127.0.0.1", "localhost")
    context = page.context.browser.new_context(viewport=page.viewport_size)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    device = context.new_cdp_session(opened)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    there = House(here, house.gateway, house.home, house.now)

    sign_in(opened, there, adam)
    opened.goto(f"{here}/own/sign-in")
    press(opened.get_by_role("link", name="Set up a passkey"))
    opened.get_by_role("heading", name="Set up a passkey").wait_for()
    opened.get_by_label("What do you call it?").fill("This computer")
    check_accessible(opened, there)
    press(opened.get_by_role("button", name="Make the passkey"))
    opened.get_by_role("heading", name="Keep these recovery codes").wait_for()
    opened.goto(f"{here}/own/sign-in")
    opened.get_by_role("heading", name="This computer").wait_for()

    password_given(opened, there, adam)
    check_accessible(opened, there)
    press(opened.get_by_role("button", name="Use a passkey"))
    opened.wait_for_url(lambda url: "/sign-in" not in url)

    context.clear_cookies()
    opened.goto(f"{here}/sign-in")
    press(opened.get_by_role("link", name="Sign in with a passkey"))
    opened.get_by_role("heading", name="Sign in with a passkey").wait_for()
    check_accessible(opened, there)
    press(opened.get_by_role("button", name="Use a passkey"))
    opened.wait_for_url(lambda url: "/sign-in" not in url)

    opened.goto(f"{here}/sign-in-resets")
    eleven_minutes_pass(house, adam)
    opened.get_by_label("User name").fill(adam)
    opened.get_by_label("What happened").fill("It is only tried.")
    press(opened.get_by_role("button", name="Ask for it"))
    press(opened.get_by_role("button", name="Confirm with a passkey"))
    opened.get_by_text("Another administrator decides").wait_for()
    context.close()
    assert not troubles, troubles
