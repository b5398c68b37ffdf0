"""The control room: the incident beside the list, the purpose said once, who else is there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.alerts import answering, handover, presence
from waypost.alerts.models import (
    Alert,
    AlertPresence,
    Answering,
    InboxVersion,
    Incident,
    RiskMarker,
)
from waypost.alerts.presence import LASTS, Doing
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.notices.models import ContactPreference
from waypost.orders.models import Caseload, Person
from waypost.orders.read import read_orders
from worked_town import orders_file

pytestmark = [pytest.mark.database, pytest.mark.django_db]
CENTRE = ("mona", "nora")


@pytest.fixture
def now(tmp_path, settings):
    from waypost.access.values import MACHINE
    from waypost.orders.actions import import_orders

    settings.LAKE_URI = str(tmp_path / "lake")
    cache.clear()
    now = clock.now()
    for name in CENTRE:
        make_officer(name, name.title(), None, Role.MONITORING_OFFICER, now=now - timedelta(days=1))
    make_officer("petra", "Petra", None, Role.PROBATION_PRACTITIONER, now=now - timedelta(days=1))
    data = json.loads(orders_file())
    for n, one in enumerate(data["persons"]):
        one["name"] = ("Alex Okafor", "Bryn Hughes")[n]
        one["orders"][0]["from"] = (now - timedelta(days=3)).isoformat()
        one["orders"][0]["to"] = (now + timedelta(days=30)).isoformat()
    import_orders(read_orders(json.dumps(data).encode()).rows, by=MACHINE, now=now)
    return now


def who(name: str, now):
    return posted(Officer.objects.get(username=name), now=now)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=name))
    return client


def alert(now, kind: str = "exclusion", urgency: int = 85, person: str = "P1", **more) -> Alert:
    subject = f"{kind}{Alert.objects.count()}"
    said = {"requirement_reference": "R1", "status": "raised"} | more
    return Alert.objects.create(
        person=Person.objects.get(reference=person), subject=subject, open_subject=subject,
        kind=kind, certainty="certain", urgency=urgency, headline=f"About {kind}",
        from_at=now - timedelta(minutes=3), raised_at=now - timedelta(minutes=2), touched_at=now,
        **said,
    )  # fmt: skip


def limited(now, *named: str) -> Person:
    person = Person.objects.create(
        reference="PX", full_name="Casey Lund", area="Barnet", limited=True, known_at=now
    )
    for name in named:
        Caseload.objects.create(
            person=person, officer=Officer.objects.get(username=name), named=True,
            from_at=now - timedelta(hours=1),
        )  # fmt: skip
    return person


def kinds() -> list[str]:
    return list(AuditLine.objects.order_by("number").values_list("kind", flat=True))


def view(client: Client, one: Alert) -> str:
    return client.get(reverse("incident", args=[one.pk]) + "?part=1").content.decode()


def test_an_incident_shows_its_alerts_in_order_with_what_is_in_reach_and_leaves_a_line(now):
    story = Incident.objects.create(
        person=Person.objects.get(reference="P1"), opened_at=now, touched_at=now
    )
    first = alert(now, "no_contact", 35, incident=story, requirement_reference="")
    second = alert(now, "strap_tamper", 90, incident=story, requirement_reference="")
    person = first.person
    RiskMarker.objects.create(
        person=person, kind="stalking", words="told by the court", from_at=now, known_at=now
    )
    ContactPreference.objects.create(
        person_id=person.pk, channel="sms", address="07700 900123", from_at=now, known_at=now
    )
    said = view(signed_in("mona"), second)
    for words in (
        "2 alerts in one incident", "About no_contact", "Stalking", "told by the court",
        "tel:07700 900123", "Requirements in force", "Exclusion R1", "Curfew R2", "Playbook",
        "Acknowledge",
    ):  # fmt: skip
        assert words in said, words
    line = AuditLine.objects.get(kind="incident:viewed")
    assert line.person_id == person.pk
    assert json.loads(bytes(line.body))["detail"]["alerts"] == [first.pk, second.pk]


def test_nothing_of_where_anybody_is_comes_with_an_incident_or_the_map(now):
    one = alert(now)
    client = signed_in("mona")
    view(client, one)
    zones = client.get(reverse("inbox-zones"), {"alert": one.pk}).json()["zones"]
    assert [zone["label"] for zone in zones] == ["P1: Exclusion R1"]
    assert "track:viewed" not in kinds()
    assert "zones:viewed" in kinds()


def test_the_track_opens_for_who_said_that_they_answer_alerts_and_each_look_has_its_line(now):
    one = alert(now)
    client = signed_in("mona")
    where = reverse("alert-last-hours", args=[one.pk])
    assert client.post(where).status_code == 403
    assert client.post(reverse("answering"), {"act": "begin", "hours": "8"}).status_code == 302
    for _ in range(2):
        assert "The last six hours" in client.post(where).content.decode()
    looks = AuditLine.objects.filter(kind="track:viewed", outcome="done")
    assert [(line.person_id, line.purpose) for line in looks] == [
        (one.person_id, "alert_response")
    ] * 2
    assert all(json.loads(bytes(line.body))["detail"]["alert"] == one.pk for line in looks)
    begun = AuditLine.objects.get(kind="answering:begun")
    assert begun.purpose == "alert_response"
    client.post(reverse("answering"), {"act": "end"})
    assert client.post(where).status_code == 403
    assert "answering:ended" in kinds()


def test_answering_ends_by_itself_and_at_most_after_a_long_shift(now):
    by = who("mona", now)
    for hours in (0, 13):
        with pytest.raises(Refused, match="between 1 and 12"):
            answering.begin(hours, by=by, now=now)
    answering.begin(12, by=by, now=now)
    assert answering.answering(by, now=now + timedelta(hours=11, minutes=59))
    assert answering.answering(by, now=now + timedelta(hours=12)) is None
    assert answering.answering(who("nora", now), now=now) is None


def test_signing_out_and_a_hand_over_that_is_taken_end_it(now):
    mona, nora = who("mona", now), who("nora", now)
    client = signed_in("mona")
    client.post(reverse("answering"), {"act": "begin", "hours": "8"})
    client.post(reverse("sign-out"))
    assert answering.answering(mona, now=clock.now()) is None
    later = clock.now()
    answering.begin(4, by=mona, now=later)
    given, _ = handover.give(nora.officer_id, "", {}, by=mona, now=later)
    assert answering.answering(mona, now=later)
    handover.take(given, by=nora, now=later)
    assert answering.answering(mona, now=later) is None


def test_a_role_without_the_purpose_cannot_say_it(now):
    make_officer("iona", "Iona", None, Role.IOM_COORDINATOR, now=now - timedelta(days=1))
    with pytest.raises(Refused, match="not a purpose"):
        answering.begin(4, by=who("iona", now), now=now)
    assert not Answering.objects.exists()


def test_what_a_control_room_must_not_hang_on_its_wall_asks_its_purpose_each_time(now):
    """Limited access, protected persons, and who came near a moving zone: of whomever one is named
    staff, and whatever was said for the shift."""
    by = who("mona", now)
    answering.begin(8, by=by, now=now)
    hidden = limited(now, "mona")
    protected = Person.objects.get(reference="P2")
    Person.objects.filter(pk=protected.pk).update(protected=True)
    near = alert(now, "curfew", 60)
    alert(now, "moving_exclusion", 85)
    for one in (
        alert(now, person=hidden.reference), alert(now, person="P2"), near,
    ):  # fmt: skip
        with pytest.raises(Refused, match="its own page alone"):
            answering.last_hours(one.pk, by=by, now=now, speeds=speeds())
        assert "data-last-hours" not in view(signed_in("mona"), one)
    client = signed_in("mona")
    ids = list(Alert.objects.values_list("pk", flat=True))
    zones = client.get(reverse("inbox-zones"), {"alert": ids}).json()["zones"]
    assert {zone["label"].split(":")[0] for zone in zones} == {"P1"}
    assert "track:viewed" not in kinds()


def test_a_nameless_call_opens_without_name_person_contacts_or_track(now):
    person = limited(now, "nora")
    ContactPreference.objects.create(
        person_id=person.pk, channel="sms", address="07700 900999", from_at=now, known_at=now
    )
    one = alert(now, "sos_protected", 100, person="PX", requirement_reference="")
    said = view(signed_in("mona"), one)
    assert "A call for help" in said
    for secret in ("Casey", "Lund", "PX", "Barnet", "900999", reverse("person", args=[person.pk])):
        assert secret not in said, secret
    assert "Casey Lund" in view(signed_in("nora"), one)
    other = alert(now, person="PX")
    assert signed_in("mona").get(reverse("incident", args=[other.pk])).status_code == 404


def test_who_may_not_know_of_an_alert_can_neither_be_at_it_nor_see_who_is(now):
    limited(now, "nora")
    hidden = alert(now, person="PX")
    nora, mona = who("nora", now), who("mona", now)
    presence.here(hidden.pk, Doing.LOOKING, by=nora, now=now)
    assert presence.others(mona, now=now) == {}
    with pytest.raises(NoSuchThing):
        presence.here(hidden.pk, Doing.LOOKING, by=mona, now=now)
    make_officer("olga", "Olga", None, Role.COURT_REPORT_OFFICER, now=now - timedelta(days=1))
    assert signed_in("olga").get(reverse("inbox-presence")).status_code == 403


def test_two_officers_on_one_alert_see_each_other_and_not_themselves(now):
    one = alert(now)
    mona, nora = who("mona", now), who("nora", now)
    presence.here(one.pk, Doing.LOOKING, by=nora, now=now)
    assert presence.others(nora, now=now) == {}
    assert presence.others(mona, now=now) == {one.pk: "Nora is looking at this alert"}
    presence.here(one.pk, Doing.WRITING, by=nora, now=now)
    assert presence.others(mona, now=now) == {one.pk: "Nora is writing a note"}
    for page in (view(signed_in("mona"), one), signed_in("mona").get("/inbox").content.decode()):
        assert "Nora is writing a note" in page
    assert presence.others(mona, now=now + LASTS) == {}
    presence.gone(one.pk, by=nora)
    assert presence.others(mona, now=now) == {}


def test_saying_the_same_again_tells_no_page_and_none_of_it_touches_the_inboxs_version(now):
    one = alert(now)
    nora = who("nora", now)
    numbers = []
    for act in (
        lambda: presence.here(one.pk, Doing.LOOKING, by=nora, now=now),
        lambda: presence.here(one.pk, Doing.LOOKING, by=nora, now=now + timedelta(seconds=8)),
        lambda: presence.here(one.pk, Doing.LOOKING, by=nora, now=now + timedelta(seconds=16)),
        lambda: presence.here(one.pk, Doing.WRITING, by=nora, now=now + timedelta(seconds=17)),
        lambda: presence.gone(one.pk, by=nora),
        lambda: presence.gone(one.pk, by=nora),
    ):
        act()
        numbers.append(InboxVersion.objects.values_list("presence", "version").first())
    assert numbers == [(1, 0), (1, 0), (1, 0), (2, 0), (3, 0), (3, 0)]
    assert kinds().count("presence") == 0
    assert not [kind for kind in kinds() if "presence" in kind]


def test_what_was_said_of_presence_is_not_kept(now):
    one = alert(now)
    presence.here(one.pk, Doing.LOOKING, by=who("mona", now), now=now)
    presence.here(one.pk, Doing.LOOKING, by=who("nora", now), now=now + timedelta(minutes=6))
    assert AlertPresence.objects.count() == 1


def test_filters_stand_in_the_address_say_what_they_leave_out_and_keep_the_figures(now):
    Person.objects.filter(reference="P1").update(area="Camden")
    Person.objects.filter(reference="P2").update(area="Hackney")
    alert(now)
    alert(now, "curfew", 60, person="P2")
    alert(now, "sos", 100, person="P2")
    client = signed_in("mona")
    said = client.get("/inbox", {"area": "Camden"}).content.decode()
    assert "1 alert is left out, 1 of them untouched." in said
    assert "About curfew" not in said.split('class="waypost-inbox"')[1]
    assert "About sos" in said
    assert "<dd>3</dd>" in said
    assert 'hx-get="/inbox/rows?area=Camden"' in said
    mine = client.get("/inbox", {"whose": "mine"}).content.decode()
    assert "2 alerts are left out" in mine
    nonsense = client.get("/inbox?kind=x&team=abc&whose=all&area=")
    assert "left out" not in nonsense.content.decode()


def test_the_open_incident_comes_with_the_page_where_the_address_names_it(now):
    one = alert(now)
    said = signed_in("mona").get("/inbox", {"open": one.pk}).content.decode()
    assert 'id="incident-heading"' in said
    assert 'aria-current="true"' in said
    assert signed_in("mona").get("/inbox", {"open": 999}).status_code == 404


def test_markup_in_what_others_wrote_is_text_in_the_rows(now):
    """Rows are made of strings: each text that is not ours must be escaped there."""
    bad = "<b onclick=x>&"
    Person.objects.filter(reference="P1").update(full_name=bad, area=bad)
    Officer.objects.filter(username="nora").update(display_name=bad)
    nora = who("nora", now)
    one = alert(now, owner_id=nora.officer_id, because=[bad])
    Alert.objects.filter(pk=one.pk).update(headline=bad)
    presence.here(one.pk, Doing.LOOKING, by=nora, now=clock.now())
    said = signed_in("mona").get("/inbox/rows").content.decode()
    assert "<b onclick" not in said
    assert said.count("&lt;b onclick=x&gt;&amp;") >= 7


def test_rows_are_drawn_once_for_pages_that_are_alike_and_never_for_another_reach(now, monkeypatch):
    from waypost.alerts.inbox_version import raise_inbox_version
    from waypost.web.pages import control

    limited(now, "nora")
    alert(now, person="PX")
    alert(now)
    drawn = []
    monkeypatch.setattr(control.FAN, "listeners", {object()})
    monkeypatch.setattr(
        control.queries, "inbox",
        lambda *a, _real=control.queries.inbox, **k: drawn.append(1) or _real(*a, **k),
    )  # fmt: skip
    mona, nora = signed_in("mona"), signed_in("nora")
    time_s = [0.0]
    monkeypatch.setattr(control, "ROWS", control.Shared(lambda: time_s[0]))
    first = mona.get("/inbox/rows").content
    assert mona.get("/inbox/rows").content == first
    assert len(drawn) == 1
    assert b"PX" not in first
    assert b"PX" in nora.get("/inbox/rows").content
    assert len(drawn) == 2
    raise_inbox_version(now)
    stale = mona.get("/inbox/rows").content
    assert (len(drawn), b'data-of="0"' in stale) == (2, True)  # the page sees that it is of before
    time_s[0] = 0.5
    fresh = mona.get("/inbox/rows").content
    assert (len(drawn), b'data-of="1"' in fresh) == (3, True)
    time_s[0] = 1.4
    mona.get("/inbox/rows")
    assert len(drawn) == 3
    time_s[0] = 1.6
    mona.get("/inbox/rows")
    assert len(drawn) == 4
