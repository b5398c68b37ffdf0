"""Pages of requests: each role sees its own, forms keep what was typed, two people grant one."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from disclosure_words import HELPS, REASON, WHY, Bureau, stored
from page_words import without_token
from waypost import clock
from waypost.access.models import Officer
from waypost.access.values import MACHINE
from waypost.disclosure import actions
from waypost.disclosure.models import RankHeld, Request
from waypost.disclosure.values import Ground, Status, What
from waypost.documents.bundle import verify_bundle
from worked_town import PARK

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Bureau:
    cache.clear()
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    return made


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def act(who: Client, number: int, name: str, /, **more):
    sent = {"act": name, "version": str(stored(number).version), **more}
    return who.post(reverse("request-move", args=[number]), sent)


def shown(who: Client, number: int) -> str:
    return who.get(reverse("request", args=[number])).content.decode()


def form(**more: str) -> dict[str, str]:
    return {
        "kind": "police", "what": "presence", "urgency": "routine", "person_name": "Two Example",
        "person_reference": "P2", "from": "2026-03-02T11:45", "to": "2026-03-02T12:15",
        "place": f"{PARK[0]}, {PARK[1]}", "radius_m": "100", "offence": "Robbery in the park",
        "reference": "01/2345/26", "why": WHY, "helps": HELPS, **more,
    }  # fmt: skip


def filed(who: Client, **more: str) -> int:
    answer = who.post(reverse("request-new"), form(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Request.objects.latest("pk").pk


def test_from_the_form_to_the_download_by_page(town):
    reed, ana, avery = client("reed"), client("ana"), client("avery")
    assert reed.get(reverse("home"))["Location"] == reverse("requests")
    assert avery.get(reverse("home"))["Location"] == reverse("requests")
    number = filed(reed)
    assert "Two Example" in shown(reed, number)
    assert "Whom does it mean?" in shown(ana, number)
    assert act(ana, number, "link", reference="P2").status_code == 302
    assert act(ana, number, "check").status_code == 302
    assert "See what would be released" in shown(avery, number)
    preview = avery.post(reverse("request-preview", args=[number])).content.decode()
    assert "3 fixes" in re.sub(r"\s+", " ", re.sub("<[^>]+>", "", preview))
    assert "51.56500, -0.04500" in preview
    assert "51.55700" not in preview
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', preview)[1]
    short = act(avery, number, "grant", digest=digest, words="yes")
    assert short.status_code == 422
    assert "in a sentence" in short.content.decode()
    assert "Observed: fixes of the tag lie in the place." in short.content.decode()
    assert ">yes</textarea>" in short.content.decode()
    assert act(avery, number, "grant", digest=digest, words=REASON).status_code == 302
    page = shown(reed, number)
    assert "Fetch the signed answer" in page
    assert REASON not in page
    answer = reed.post(reverse("request-download", args=[number]))
    assert answer["Content-Disposition"] == f'attachment; filename="request-{number}.zip"'
    assert verify_bundle(io.BytesIO(answer.content).getvalue()).trouble == ""
    assert client("esme").post(reverse("request-download", args=[number])).status_code == 404
    assert act(reed, number, "outcome", outcome="eliminated").status_code == 302
    assert "Somebody was ruled out" in shown(reed, number)


def test_a_form_that_is_refused_keeps_what_was_typed_and_names_each_field(town):
    reed = client("reed")
    wrong = form(what="", place="nowhere at all", radius_m="wide", to="yesterday", why="Typed.")
    answer = reed.post(reverse("request-new"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("Choose what is asked for", "Enter a postcode", "Enter when the window ends"):
        assert (said in page) == (said != "Enter a postcode")  # of no place while nothing is chosen
    for kept in ("Typed.", "nowhere at all", "wide", "Two Example", "01/2345/26"):
        assert kept in page
    page = reed.post(reverse("request-new"), form(place="nowhere at all", radius_m="wide"))
    assert "Enter a postcode" in page.content.decode()
    assert "radius in metres" in page.content.decode()
    assert not Request.objects.exists()


def test_a_refusal_is_read_with_its_grounds_and_what_would_be_acceptable(town):
    reed, ana = client("reed"), client("ana")
    number = filed(reed, why="Because.")
    assert "It is not said why this data is needed" in shown(ana, number)
    assert act(ana, number, "refuse", words="Thin.").status_code == 422
    assert act(ana, number, "refuse", words="", ground=["tenuous"]).status_code == 422
    done = act(ana, number, "refuse", words="Thin stuff.", ground=["unclear", "tenuous"])
    assert done.status_code == 302
    page = shown(reed, number)
    assert "The request is unclear." in page
    assert "Name the offence or enquiry with its reference" in page
    assert "This says nothing of whether anybody wears a tag" in page
    assert "Thin stuff." not in page
    assert "Thin stuff." in shown(ana, number)


def test_what_is_still_wanted_is_answered_in_the_form_as_it_was(town):
    reed, ana = client("reed"), client("ana")
    number = filed(reed, why="Because of that.")
    done = act(ana, number, "return", words="Which witnesses?", ground=["unclear"])
    assert done.status_code == 302
    assert "Answer what is wanted" in shown(reed, number)
    edit = reverse("request-edit", args=[number])
    page = reed.get(edit).content.decode()
    for kept in ("Which witnesses?", "Because of that.", "2026-03-02T11:45", "51.565000"):
        assert kept in page
    version = str(stored(number).version)
    assert reed.post(edit, form(version=version, to="")).status_code == 422
    assert reed.post(edit, form(version=version)).status_code == 302
    assert stored(number).status == Status.SUBMITTED
    assert reed.get(edit).status_code == 403
    assert client("esme").get(edit).status_code == 404


def test_a_page_that_somebody_acted_on_since_says_so(town):
    number = filed(client("reed"))
    ana = client("ana")
    old = {"act": "check", "version": "0"}
    assert ana.post(reverse("request-move", args=[number]), old).status_code == 409
    for wrong in ("", "x", "9" * 30):
        old["version"] = wrong
        assert ana.post(reverse("request-move", args=[number]), old).status_code == 422
    assert act(ana, number, "fly").status_code == 403


def test_the_requester_s_pages_name_no_officer_and_link_to_no_person(town):
    number = filed(client("reed"))
    actions.link(number, "P2", by=town.ana, now=clock.now())
    actions.pass_on(number, "Clear.", by=town.ana, now=clock.now())
    page = shown(client("reed"), number)
    for hidden in ("Ana", "Found to mean", "/people/", "Clear."):
        assert hidden not in page
    assert "Ana" in shown(client("avery"), number)


def test_an_authorising_officer_finds_no_other_way_to_a_place(town):
    avery, person = client("avery"), town.person("P2")
    window = {"from": "2026-03-02T11:00", "to": "2026-03-02T12:00"}
    for purpose in ("disclosure", "enforcement", "crime_mapping"):
        answer = avery.post(reverse("whereabouts", args=[person]), {"purpose": purpose, **window})
        assert answer.status_code in {403, 422}
    assert avery.get(reverse("person", args=[person])).status_code == 403
    assert (
        'value="disclosure"'
        not in avery.get(reverse("whereabouts", args=[person])).content.decode()
    )


def test_lists_say_whose_turn_it_is_and_the_menu_counts_it(town):
    number = filed(client("reed"))
    counted = 'waypost-menu__count">1<'
    assert counted in client("ana").get(reverse("requests")).content.decode()
    assert counted not in client("avery").get(reverse("requests")).content.decode()
    empty = client("avery").get(reverse("requests")).content.decode()
    assert "Nothing waits for you." in empty
    act(client("ana"), number, "check")
    cache.clear()  # counts are kept for a minute
    assert counted in client("avery").get(reverse("requests")).content.decode()


def test_an_urgent_call_by_page(town):
    mona, avery, ada = client("mona"), client("avery"), client("ada")
    call = reverse("request-call")
    assert "directory of known numbers is empty" in mona.get(call).content.decode()
    assert client("ana").get(call).status_code == 403
    kept = reverse("request-authorities")
    said = {"act": "number", "agency": "Metropolitan Police", "number": "020 7946 0123",
            "source": "published switchboard"}  # fmt: skip
    assert ada.post(kept, said | {"number": "ring me"}).status_code == 422
    assert ada.post(kept, said).status_code == 302
    soon = clock.now()
    times = {"from_at": (soon - timedelta(hours=1)).isoformat(),
             "to_at": (soon + timedelta(hours=8)).isoformat()}  # fmt: skip
    on = {"act": "on_call", "officer": str(town.avery.officer_id), **times}
    assert ada.post(kept, on).status_code == 302
    typed = {"kind": "threat_to_life", "agency": "Metropolitan Police", "why": "short",
             "caller_name": "Insp. Quick", "person_name": "Two Example"}  # fmt: skip
    again = mona.post(call, typed)
    assert again.status_code == 422
    assert "Insp. Quick" in again.content.decode()
    why = "He has a knife and left ten minutes ago to find her."
    assert mona.post(call, typed | {"why": why}).status_code == 302
    number = Request.objects.get().pk
    known = re.search(r'<option value="(\d+)">020 7946 0123', shown(mona, number))[1]
    assert act(mona, number, "call_back", number=known, words="The duty desk.").status_code == 302
    assert "Show the current place" in shown(avery, number)
    reason = "Life is in danger now and no other way finds him."
    missing = act(avery, number, "tell", reference="P99", words=reason)
    assert missing.status_code == 404
    assert act(avery, number, "tell", reference="P2", words=reason).status_code == 302
    assert stored(number).status == Status.TOLD
    sha = "d" * 64
    paper = {"why": "A threat to kill was made.", "helps": "He was found at the door.",
             "form_reference": "CAD 1", "sha256": sha}  # fmt: skip
    assert act(mona, number, "paper", **paper | {"sha256": "x"}).status_code == 422
    assert act(mona, number, "paper", **paper).status_code == 302
    dora = client("dora")
    done = act(dora, number, "review", found="lawful", words="Quick and necessary.")
    assert done.status_code == 302
    assert stored(number).status == Status.CLOSED


def test_ranks_are_recorded_by_one_administrator_and_confirmed_by_another(town):
    ada, bo, kept = client("ada"), client("bo"), reverse("request-authorities")
    nobody = {"act": "rank", "officer": str(town.mona.officer_id), "rank": "1",
              "from_at": "2026-03-01T00:00"}  # fmt: skip
    assert ada.post(kept, nobody).status_code == 422
    rank = nobody | {"officer": str(town.avery.officer_id), "rank": "2"}
    assert ada.post(kept, rank).status_code == 302
    held = RankHeld.objects.latest("pk")
    assert "Not confirmed" in ada.get(kept).content.decode()
    assert ada.post(kept, {"act": "confirm", "held": str(held.pk)}).status_code == 422
    assert bo.post(kept, {"act": "confirm", "held": str(held.pk)}).status_code == 302
    assert bo.post(kept, {"act": "end_rank", "held": str(held.pk)}).status_code == 302
    assert client("mona").get(kept).status_code == 403
    assert ada.post(kept, {"act": "fly"}).status_code == 403


def test_figures_and_dip_tests_are_the_reviewer_s(town):
    dora = client("dora")
    number = filed(client("reed"))
    actions.refuse(number, [Ground.UNCLEAR], "x", by=town.ana, now=clock.now())
    page = dora.get(reverse("request-figures")).content.decode()
    assert "Police enquiry into an offence" in page
    assert "1 of 1 (not enough data for a share)" in page
    dips = reverse("request-dips")
    assert "Nothing has been drawn yet" in dora.get(dips).content.decode()
    month = clock.now().date().replace(day=1)
    actions.draw_month(month, seed=1, by=MACHINE, now=clock.now() + timedelta(days=40))
    assert f"Request R-{number}" in dora.get(dips).content.decode()
    test = re.search(r'name="test" value="(\d+)"', dora.get(dips).content.decode())[1]
    assert dora.post(dips, {"test": test, "found": "lawful", "words": "ok"}).status_code == 422
    said = {"test": test, "found": "lawful", "words": "It was all in order."}
    assert dora.post(dips, said).status_code == 302
    assert "It was all in order." in dora.get(dips).content.decode()
    for name in ("ana", "avery", "reed", "ada"):
        assert client(name).get(dips).status_code == 403
        assert client(name).get(reverse("request-figures")).status_code == 403


def test_a_wearer_asks_for_their_own_copy_from_their_page(town):
    wes = client("wes")
    assert reverse("request-new") in wes.get(reverse("mine")).content.decode()
    page = wes.get(reverse("request-new")).content.decode()
    assert "You need give no reason" in page
    assert "About whom" not in page
    sent = {"kind": "own", "what": "track", "from": "2026-03-02T11:45", "to": "2026-03-02T12:15"}
    assert wes.post(reverse("request-new"), sent).status_code == 302
    number = Request.objects.get().pk
    assert f"R-{number}" in wes.get(reverse("mine")).content.decode()
    other = town.ask()
    assert wes.get(reverse("request", args=[other])).status_code == 404
    looks = wes.get(reverse("mine")).content.decode()
    assert "disclosure:" not in looks


def test_a_question_about_a_place_shows_no_name_to_whoever_decides(town):
    number = filed(client("reed"), what="anybody", person_name="", person_reference="")
    act(client("ana"), number, "check")
    refused = client("avery").post(reverse("request-preview", args=[number]))
    assert refused.status_code == 403
    page = client("sable").post(reverse("request-preview", args=[number])).content.decode()
    assert "Yes: at least one tag" in page
    assert "P2" not in without_token(page)
    assert stored(number).what == What.ANYBODY
