"""The alert's page as officers deal with it: playbook, account, contest, last places, reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Account, Alert, Contest, StepDone
from waypost.cli.worker import followers
from waypost.devices.stock_file import StockRow
from waypost.devices.stock_keeping import add_device
from waypost.devices.values import DeviceKind
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.monitoring.worker import Worker
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import ActivationSpan, Order, OrderKind, PersonOrders
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.web.presenters.fitting import form_time

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DEVICE = "350000000000042"
WEARERS, THEIRS = (51.5512, -0.0655), (51.5470, -0.0560)


@pytest.fixture
def town(tmp_path, settings) -> int:
    """P1 wears a tag; Casey Lund is protected from them, known to mona alone. Nora watches too."""
    settings.LAKE_URI = str(tmp_path / "lake")
    now = clock.now()
    start = now - timedelta(days=3)
    wearer = PersonOrders(
        "P1", (Order("O1", OrderKind.LICENCE, start, None),),
        (ActivationSpan("A1", "tag-1", start, None),), details={"name": "Alex Okafor"},
    )  # fmt: skip
    import_orders([wearer], by=MACHINE, now=start)
    person_id = Person.objects.get(reference="P1").pk
    for username, role in (
        ("mona", Role.MONITORING_OFFICER), ("nora", Role.MONITORING_OFFICER),
        ("iona", Role.IOM_COORDINATOR), ("alex", Role.WEARER),
    ):  # fmt: skip
        own = person_id if role is Role.WEARER else None
        before = now - timedelta(hours=1)
        make_officer(username, username.title(), None, role, person_id=own, now=before)
    add_device(StockRow(0, DEVICE, kind=DeviceKind.PROTECTED), by=MACHINE, now=now)
    form = {"act": "protect", "reference": "PR1", "name": "Casey Lund", "device": DEVICE,
            "consent_at": form_time(start), "consent_how": "signed form"}  # fmt: skip
    assert signed_in("mona").post(f"/people/{person_id}/protection", form).status_code == 302
    return person_id


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def says(device: str, place: tuple[float, float], *events: EventKind) -> None:
    at = clock.now()
    decoded = Decoded(
        device, (DecodedFix(at, *place, accuracy_m=5.0),),
        tuple(DecodedEvent(at, kind) for kind in events),
    )  # fmt: skip
    Intake().write([TagMessage("osmand", b"a message", decoded, at)])
    Worker(followers(), clock.now).run_until_idle()


def strap() -> Alert:
    says("tag-1", WEARERS, EventKind.STRAP_TAMPER)
    return Alert.objects.get(kind="strap_tamper")


def post(username: str, where: str, **form: object):
    return signed_in(username).post(where, form, follow=True)


def page(username: str, where: str) -> str:
    return signed_in(username).get(where).content.decode()


def looks() -> list[tuple[str, int]]:
    rows = AuditLine.objects.filter(kind="track:viewed").order_by("number")
    return list(rows.values_list("purpose", "person_id"))


def test_the_page_says_what_is_next_and_a_ticked_step_moves_it_on(town):
    alert = strap()
    shown = signed_in("nora").get(f"/alerts/{alert.pk}").context["steps"]
    assert [one.step for one in shown if one.is_next] == ["look_at_track"]
    answer = post("nora", f"/alerts/{alert.pk}/step", step="look_at_track", result="fits",
                  note="Still at home.")  # fmt: skip
    shown = answer.context["steps"]
    assert [one.step for one in shown if one.is_next] == ["call_wearer"]
    assert "Still at home." in answer.content.decode()
    assert StepDone.objects.get().result == "fits"


def test_the_call_notes_list_every_call_the_newest_first_and_no_other_step(town):
    where = f"/alerts/{strap().pk}"
    post("nora", f"{where}/step", step="call_wearer", result="no_answer", note="Twice.")
    post("nora", f"{where}/step", step="look_at_track", result="open", note="At home.")
    post("nora", f"{where}/step", step="call_wearer", result="answered", note="It tore.")
    notes = signed_in("nora").get(where).context["call_notes"]
    assert [(one.what, one.note) for one in notes] == [
        ("Call the wearer: Answered", "It tore."),
        ("Call the wearer: No answer", "Twice."),
    ]


def test_a_step_without_a_result_comes_back_with_the_reason(town):
    answer = post("nora", f"/alerts/{strap().pk}/step", step="call_wearer")
    assert answer.status_code == 422
    assert "Say what came of it: answered, no answer" in answer.content.decode()
    assert not StepDone.objects.exists()


def test_who_may_only_read_sees_the_playbook_without_forms_and_is_refused(town):
    alert = strap()
    assert post("iona", f"/alerts/{alert.pk}/step", step="call_wearer",
                result="answered").status_code == 403  # fmt: skip


def test_an_account_is_taken_decided_and_told_on_the_page(town):
    alert = strap()
    where = f"/alerts/{alert.pk}/account"
    post("nora", where, act="take", given_by="the wearer", words="The nurse cut it.",
         evidence="her card")  # fmt: skip
    account = Account.objects.get()
    whole = page("nora", f"/alerts/{alert.pk}")
    assert "The nurse cut it." in whole
    assert "once the alert is acknowledged" in whole
    post("nora", f"/alerts/{alert.pk}/move", act="acknowledge", version=1)
    decided = {"act": "decide", "account": account.pk, "version": 2, "why": "The ward confirms it."}
    answer = post("nora", where, **decided)
    assert answer.status_code == 422
    assert "Choose whether the account is reasonable" in answer.content.decode()
    answer = post("nora", where, reasonable="yes", **decided)
    assert "Reasonable" in answer.content.decode()
    alert.refresh_from_db()
    assert alert.status == "explained"


def test_words_of_a_refused_account_are_not_lost(town):
    answer = post("nora", f"/alerts/{strap().pk}/account", act="take", given_by="", words="A long "
                  "story that nobody wants to type again.")  # fmt: skip
    assert answer.status_code == 422
    assert "story that nobody wants to type again" in answer.content.decode()


def upheld() -> Alert:
    alert = strap()
    post("nora", f"/alerts/{alert.pk}/move", act="acknowledge", version=1)
    post("nora", f"/alerts/{alert.pk}/move", act="uphold", note="Cut through.", version=2)
    return alert


def test_the_wearer_contests_on_their_own_page_and_another_officer_reviews(town):
    alert = upheld()
    assert "The strap of your tag was opened" in page("alex", "/mine")
    answer = post("alex", "/mine/contest", alert=alert.pk, words="A door tore it.")
    assert "Somebody else looks at it again by" in answer.content.decode()
    contest = Contest.objects.get()
    assert "Reviews due" in page("mona", "/inbox")
    assert "Review it" not in page("nora", f"/alerts/{alert.pk}")  # she upheld it
    assert "counts towards no warning" in page("nora", f"/alerts/{alert.pk}")
    form = {"act": "review", "contest": contest.pk, "version": 3, "stands": "no", "why": "It tore."}
    refused = post("nora", f"/alerts/{alert.pk}/contest", **form)
    assert refused.status_code == 422
    assert "somebody else reviews it" in refused.content.decode()
    assert (
        "It does not stand" in post("mona", f"/alerts/{alert.pk}/contest", **form).content.decode()
    )
    assert "Reviews due" not in page("mona", "/inbox")
    assert "You were right" in page("alex", "/mine")


def test_the_wearer_cannot_contest_an_alert_of_nobody(town):
    assert post("alex", "/mine/contest", alert=10**15, words="No.").status_code == 404


def test_the_last_places_of_a_wearers_call_are_behind_a_purpose_and_the_others_for_named_staff(
    town,
):
    says(DEVICE, THEIRS)
    says("tag-1", WEARERS, EventKind.SOS)
    alert = Alert.objects.get(kind="sos")
    where = f"/alerts/{alert.pk}/places"
    protected = Person.objects.get(reference="PR1").pk
    assert "Why do you need to see" in page("nora", where)
    assert post("nora", where).status_code == 422
    assert looks() == []
    whole = post("nora", where, purpose="safeguarding").content.decode()
    assert f"{WEARERS[0]:.5f}" in whole
    for secret in ("Casey", "PR1", f"{THEIRS[0]:.5f}"):
        assert secret not in whole
    assert looks() == [("safeguarding", town)]
    whole = post("mona", where, purpose="safeguarding").content.decode()
    assert f"{WEARERS[0]:.5f}" in whole
    assert "Casey Lund" in whole
    assert f"{THEIRS[0]:.5f}" in whole
    assert looks()[1:] == [("safeguarding", town), ("safeguarding", protected)]


def test_a_protected_persons_call_shows_both_places_to_named_staff_and_none_to_others(town):
    says("tag-1", WEARERS)
    says(DEVICE, THEIRS, EventKind.SOS)
    alert = Alert.objects.get(kind="sos_protected")
    where = f"/alerts/{alert.pk}/places"
    assert post("nora", where, purpose="safeguarding").status_code == 403
    assert looks() == []
    whole = post("mona", where, purpose="safeguarding").content.decode()
    assert f"{WEARERS[0]:.5f}" in whole
    assert f"{THEIRS[0]:.5f}" in whole


def test_what_named_staff_write_of_a_nameless_call_is_not_shown_to_the_others(town):
    says(DEVICE, THEIRS, EventKind.SOS)
    where = f"/alerts/{Alert.objects.get(kind='sos_protected').pk}"
    post("nora", f"{where}/step", step="ring_named_staff", result="answered", note="Rang Mona.")
    post("mona", f"{where}/step", step="call_emergency", result="on_the_way", note="To Casey.")
    whole = page("nora", where)
    assert "Rang Mona." in whole
    assert "Casey" not in whole
    assert "Help is on the way" in whole
    assert "The wearer’s account" not in whole
    assert "To Casey." in page("mona", where)


def test_the_last_places_are_for_calls_alone(town):
    answer = post("nora", f"/alerts/{strap().pk}/places", purpose="safeguarding")
    assert answer.status_code == 403
    assert looks() == []


def test_the_page_as_known_then_says_so_and_leaves_out_what_came_later(town):
    alert = strap()
    post("nora", f"/alerts/{alert.pk}/move", act="acknowledge", version=1, note="Said later.")
    then = alert.raised_at.isoformat()
    answer = signed_in("nora").get(f"/alerts/{alert.pk}", {"as-known-at": then})
    whole = answer.content.decode()
    assert "This page shows what was known at" in whole
    assert "Said later." not in whole
    assert "Said later." in page("nora", f"/alerts/{alert.pk}")
    line = AuditLine.objects.order_by("-number").filter(kind="alert:viewed_as_known").first()
    assert line is not None
    assert line.person_id == town


def test_the_fixes_known_then_ask_for_a_purpose(town):
    alert = strap()
    where = f"/alerts/{alert.pk}/known-fixes"
    instant = {"as-known-at": alert.raised_at.isoformat()}
    assert post("nora", where, **instant).status_code == 422
    assert looks() == []
    answer = post("nora", where, purpose="alert_response", **instant)
    assert f"{WEARERS[0]:.5f}" in answer.content.decode()
    assert looks() == [("alert_response", town)]


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00"])
def test_an_instant_that_is_none_is_answered_in_words(town, text):
    answer = signed_in("nora").get(f"/alerts/{strap().pk}", {"as-known-at": text})
    assert answer.status_code in {400, 403}
