"""The pages of what-if: who gets them, the form without JavaScript, what a result reads like."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.orders.models import Person
from waypost.orders.values import RequirementKind
from waypost.web.pages import persons, whatif
from waypost.web.presenters.whatif import KIND_WORDS, hour_rows
from waypost.whatif.models import WhatIf
from waypost.whatif.trying import KINDS
from whatif_words import HOME, SHOP, TO, circle, estate, run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ROLES = {
    "petra": Role.PROBATION_PRACTITIONER,
    "paul": Role.PROBATION_PRACTITIONER,
    "mona": Role.MONITORING_OFFICER,
    "iona": Role.IOM_COORDINATOR,
    "ann": Role.ADMINISTRATOR,
}


@pytest.fixture
def one(tmp_path, settings, monkeypatch) -> int:
    """P1, of Petra, with eight days of a life; pages are asked at the end of the window."""
    cache.clear()
    settings.LAKE_URI = str(tmp_path / "lake")
    for name, role in ROLES.items():
        make_officer(name, name.title(), None, role, now=clock.now())
    estate("P1", "P2", "P3", "P4", "P5")
    for module in (whatif, persons):
        monkeypatch.setattr(module, "now", lambda: TO)
    return Person.objects.get(reference="P1").pk


def client(name: str) -> Client:
    made = Client()
    made.force_login(Officer.objects.get(username=name))
    return made


def sent(person_id: int | None = None, **more: str) -> dict[str, str]:
    """The form as a browser without JavaScript sends it."""
    whom = {} if person_id is None else {"person": str(person_id)}
    return {"kind": "exclusion", "order": "licence", "zone": json.dumps(circle(HOME, 300)),
            "hours-always": "yes", "title": "Around home", **whom, **more}  # fmt: skip


def tried(by: Client, person_id: int | None = None, **more: str) -> str:
    """Asked for and carried out; the address of its page."""
    answer = by.post(reverse("whatif-new"), sent(person_id, **more))
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    return answer["Location"]


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_roles_without_the_permission_get_no_page_and_no_word_in_the_menu(one):
    number = tried(client("petra"), one)
    for name in ("iona", "ann"):
        for address in (reverse("whatif"), reverse("whatif-new"), number):
            assert client(name).get(address).status_code == 403
    assert client("paul").get(number).status_code in {403, 404}
    assert client("paul").get(reverse("whatif"), {"person": one}).status_code in {403, 404}
    assert "What-if" in text(client("petra").get(reverse("people")))
    assert "What-if" not in text(client("iona").get(reverse("people")))


def test_from_the_persons_page_a_requirement_comes_filled_in_with_its_zone_and_hours(one):
    page = text(client("petra").get(reverse("person", args=[one])))
    address = f"{reverse('whatif-new')}?person={one}&amp;of=O-P1&amp;requirement=R1"
    assert address in page
    form = text(client("petra").get(address.replace("&amp;", "&")))
    assert "Curfew: be at an address" in form
    assert 'value="19:00"' in form
    assert "&quot;radius_m&quot;: 150" in form
    assert '<option value="community_order" selected>' in form


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_can_be_tried_has_its_form(one, kind):
    form = text(client("petra").get(reverse("whatif-new"), {"person": one, "kind": kind.value}))
    assert KIND_WORDS[kind] in form
    assert ("zone-warning" in form) is (kind is RequirementKind.EXCLUSION)


def test_a_result_says_what_it_cuts_off_first_and_what_it_rests_on(one):
    petra = client("petra")
    page = text(petra.get(tried(petra, one)))
    assert page.index("What it would have cut off") < page.index("The alerts it would have raised")
    assert "Home lies inside the zone." in page
    assert "8 of 28 days with fixes" in page
    assert "does not show what they would do under it" in page
    assert "a circle with a radius of 300 m" in page
    assert "Licence" in page
    assert "51.55" not in page  # the draft's zone is not drawn where counts are read


def test_while_it_waits_the_page_says_so_and_has_a_way_to_look_again(one):
    petra = client("petra")
    address = petra.post(reverse("whatif-new"), sent(one))["Location"]
    page = text(petra.get(address))
    assert "Waiting" in page
    assert "0 % is done" in page
    assert f'href="{address}">Look again' in page
    assert not AuditLine.objects.filter(kind="whatif:viewed").exists()


def test_a_form_that_cannot_be_read_comes_back_with_what_was_sent(one):
    answer = client("petra").post(
        reverse("whatif-new"), sent(one, zone="the park", **{"hours-always": ""})
    )
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "There is a problem" in page
    assert "neither GeoJSON nor a sentence" in page
    assert 'href="#hours-0-' in page  # the row of hours that is empty
    assert "the park</textarea>" in page
    assert 'value="Around home"' in page
    assert not WhatIf.objects.exists()


@pytest.mark.parametrize("again", ["zone-check", "hours-add"])
def test_a_button_that_only_checks_asks_for_nothing(one, again):
    answer = client("petra").post(reverse("whatif-new"), sent(one, **{again: "yes"}))
    assert answer.status_code == 200
    assert not WhatIf.objects.exists()


def test_hours_and_a_warning_ring_are_part_of_what_is_tried(one):
    petra = client("petra")
    hours = {"hours-always": "", "hours-rows": "1", "hours-0-days": "MO", "hours-0-start": "9",
             "hours-0-end": "5pm", "zone-warning": "100"}  # fmt: skip
    page = text(petra.get(tried(petra, one, **hours)))
    assert "Mon 09:00 to 17:00" in page
    assert "100 m around it" in page
    draft = WhatIf.objects.get().draft
    assert draft["timetable"] == [{"days": ["MO"], "start": "09:00", "end": "17:00"}]
    assert draft["warning_m"] == 100


def test_a_group_is_tried_and_told_in_counts_alone(one):
    petra = client("petra")
    page = text(petra.get(tried(petra, area="Hackney")))
    assert "People with a tag, Hackney" in page
    assert "Cut off from time at home: 5 of 5 people for whom it is known (100 %)." in page
    assert "People under limited access, and protected people, are in no count." in page
    assert "Attach to the order" not in page


def test_a_group_too_small_comes_back_with_the_reason_and_the_form(one):
    Person.objects.filter(reference="P5").update(limited=True)
    answer = client("petra").post(reverse("whatif-new"), sent())
    assert answer.status_code == 422
    assert "Fewer than 5 people with a tag" in answer.content.decode()


def test_two_tries_stand_side_by_side(one):
    petra = client("petra")
    first, second = tried(petra, one), tried(petra, one, zone=json.dumps(circle(SHOP, 200)))
    page = text(petra.get(first, {"with": second.rpartition("/")[2]}))
    assert "Two tries side by side" in page
    assert "Hours at home cut off" in page
    assert "<strong>none of" in page
    other = tried(petra, Person.objects.get(reference="P2").pk)
    answer = petra.get(first, {"with": other.rpartition("/")[2]})
    assert answer.status_code == 403


def test_it_is_attached_with_a_reason_and_stands_on_the_persons_page(one):
    petra = client("petra")
    address = tried(petra, one)
    assert "It stands beside no order yet." in text(petra.get(address))
    page = text(petra.post(f"{address}/attach", {"order": "O-P1", "reason": ""}, follow=True))
    assert "Say why it is attached" in page
    said = {"order": "O-P1", "reason": "It holds the home."}
    assert "It stands beside the order now" in text(
        petra.post(f"{address}/attach", said, follow=True)
    )
    for name in ("petra", "mona"):
        person = text(client(name).get(reverse("person", args=[one])))
        assert "It holds the home." in person
        assert f'href="{address}"' in person


def test_change_and_try_again_begins_with_what_was_tried(one):
    petra = client("petra")
    address = tried(petra, one)
    form = text(
        petra.get(reverse("whatif-new"), {"like": address.rpartition("/")[2], "person": one})
    )
    assert 'value="Around home"' in form
    assert "&quot;radius_m&quot;: 300" in form
    assert '<option value="licence" selected>' in form


def test_the_wearer_reads_that_somebody_asked_and_what(one):
    petra = client("petra")
    petra.get(tried(petra, one))
    page = text(petra.get(reverse("person", args=[one])))
    assert "asked what a new requirement would have meant" in page
    assert "read the counts of such a try" in page


def test_hours_of_the_week_without_anything_are_left_out_and_few_people_are_said_to_be_few():
    by_hour = [0.0] * 168
    by_hour[9], by_hour[24 + 9], by_hour[48 + 23] = 240.0, 0.4, None
    nine, late = hour_rows(by_hour)
    assert (nine.hour, nine.cells[:3]) == ("09:00", (("240", 4), ("<1", 1), ("", 0)))
    assert (late.hour, late.cells[2]) == ("23:00", ("few", 0))
    assert hour_rows([0.0] * 168) == []
