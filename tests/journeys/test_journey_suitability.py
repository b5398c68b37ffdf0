"""From a referral to a tag: checks asked for and answered, the proposal, the sentence against it,
the order brought in, and the person waiting to be fitted. And a check that holds up a release on a
curfew: what is missing is said, a named person's reason opens it, and the check stays owed. On a
phone and at a desk, by keyboard alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from journey_house import (
    MIDDLE,
    House,
    check_accessible,
    import_file,
    officer,
    press,
    sign_in,
    tick,
)
from journey_house import waypost as command
from test_journey_fitting import DAYS, environment, stock

pytestmark = pytest.mark.journey
PLACE = f"{MIDDLE[0]}, {MIDDLE[1]}"
ADDRESS = "4 Invented Walk, London E8 3QW"


@pytest.fixture(params=[360, 1280], ids=["phone", "desk"])
def page(request, browser):
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, timezone_id="Europe/London"
    )
    yield context.new_page()
    context.close()


def opened(page, name: str) -> None:
    press(page.locator("summary").filter(has_text=name).last)


def referred(page, house: House, reference: str, **more: str) -> None:
    """The form filled in and sent, and the assessment taken up."""
    page.goto(f"{house.pages}/suitability")
    check_accessible(page, house)
    press(page.get_by_role("button", name="Refer somebody").or_(
        page.get_by_role("link", name="Refer somebody")))  # fmt: skip
    press(page.get_by_role("button", name="Make the referral"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_accessible(page, house)
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Full name").fill(f"Robin {reference}")
    page.get_by_label("Date of birth").fill("2001-02-03")
    page.get_by_label("Borough in which they live").fill("Hackney")
    for label, value in more.items():
        page.get_by_label(label.replace("_", " "), exact=True).select_option(value)
    page.get_by_label("Court, or prison").fill("Highbury")
    page.get_by_label("Day of the hearing or the release").fill(
        (house.now + timedelta(days=9)).date().isoformat()
    )
    page.get_by_label("Why monitoring is thought of").fill("Burglaries, each of them at night.")
    press(page.get_by_role("button", name="Make the referral"))
    page.get_by_text("The referral is made.").wait_for()
    press(page.get_by_role("button", name="Take it up"))
    page.get_by_text("You have taken it up.").wait_for()
    check_accessible(page, house)


def home_found(page, house: House) -> None:
    """The address, that it is suitable, and one who lives there and agrees, asked alone."""
    page.get_by_label("Address, with its postcode").fill(ADDRESS)
    press(page.get_by_role("button", name="Write the address down"))
    page.get_by_text("The address is written down.").wait_for()
    opened(page, "Say whether it is suitable")
    page.get_by_label("The address is", exact=True).select_option("suitable")
    page.get_by_label("Why: who looked").fill("Visited; a dry room of their own.")
    page.get_by_label("Power to charge a tag").select_option("yes")
    page.get_by_label("Signal", exact=True).select_option("good")
    page.get_by_label("Tested on").fill(house.now.date().isoformat())
    press(page.get_by_role("button", name="Write the address check down"))
    page.get_by_text("The address check is written down.").wait_for()
    opened(page, "Add somebody who lives there")
    page.get_by_label("Name", exact=True).fill("Perpetua Dunsmore")
    press(page.get_by_role("button", name="Add them"))
    page.get_by_text("They are written down.").wait_for()
    opened(page, "Write down what they said")
    press(page.get_by_role("button", name="Write it down in confidence"))
    page.get_by_text("They are asked alone").first.wait_for()
    check_accessible(page, house)
    tick(page.get_by_label("They were alone"))
    press(page.get_by_role("button", name="Write it down in confidence"))
    page.get_by_text("is written down, in confidence.").wait_for()


def ask_check(page, kind: str) -> None:
    opened(page, "Ask for a check")
    page.get_by_label("Which check").select_option(kind)
    press(page.get_by_role("button", name="It is asked for now"))
    page.get_by_text("The check is asked for, and its clock runs.").wait_for()


def answer_check(page, name: str) -> None:
    press(page.locator("summary").filter(has_text=f"answer down: {name}").first)
    page.get_by_label("In their words", exact=True).locator("visible=true").fill("Nothing known.")
    page.get_by_label("Who answered").locator("visible=true").fill("The desk")
    press(page.get_by_role("button", name="Write the answer down"))
    page.get_by_text("The answer is written down.").wait_for()


def worded(page, house: House) -> None:
    """A curfew that is asked for, and the proposal's words."""
    opened(page, "Propose a requirement")
    page.get_by_label("Where", exact=True).fill(PLACE)
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        tick(page.locator("#asked ~ details").get_by_label(day, exact=True))
    page.locator("#ask-start").fill("19:00")
    page.locator("#ask-end").fill("7am")
    press(page.get_by_role("button", name="Propose it"))
    page.get_by_text("It is part of the proposal.").wait_for()
    press(page.get_by_role("button", name="Draft the words"))
    page.get_by_text("The words are drafted from what is known.").wait_for()
    page.get_by_label("What less was considered").fill("Reporting daily: it does not cover nights.")
    press(page.get_by_role("button", name="Keep these words"))
    page.get_by_text("The words are kept.").wait_for()
    check_accessible(page, house)


def bring(house: House, folder, reference: str, practitioner: str, kind: str, begins) -> None:
    """The court's order, as its file says it: with a window in which the tag goes on."""
    home = {"type": "Point", "coordinates": [MIDDLE[1], MIDDLE[0]], "radius_m": 80}
    document = {"persons": [{
        "person_id": reference, "officers": [practitioner], "orders": [{
            "order_id": f"O-{reference}", "kind": kind, "from": begins.isoformat(),
            "to": (house.now + timedelta(days=90)).isoformat(), "requirements": [
                {"requirement_id": "R0", "kind": "fitting", "zone": home,
                 "timetable": [{"days": DAYS, "start": "00:00", "end": "24:00"}],
                 "to": (begins + timedelta(days=2)).isoformat()},
                {"requirement_id": "R1", "kind": "curfew", "zone": home,
                 "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}]},
            ]}]}]}  # fmt: skip
    path = folder / f"{reference}.json"
    path.write_text(json.dumps(document))
    import_file(environment(house), "orders", path)


def people(house: House, number: str, *names: str) -> None:
    """A court officer of a team, a practitioner and an authorising officer of this journey."""
    posted = ("--organisation", "London", "--team", f"Court team {number}")
    made = {
        "cora": officer(f"cora-{number}", "court_report_officer", "Cora Reporter", *posted),
        "pia": officer(f"pia-{number}", "probation_practitioner", f"Pia {number}"),
        "otto": officer(f"otto-{number}", "authorising_officer", f"Otto {number}"),
    }
    command(environment(house), *(made[name] for name in names))


def decided(page, reference: str) -> None:
    opened(page, "Write down what was decided")
    page.get_by_label("Reference of the order").fill(f"O-{reference}")
    page.get_by_label("Did the tag stand in place of custody?").select_option("yes")
    page.get_by_label("Who says so").fill("the judge")
    press(page.get_by_role("button", name="Write the decision down"))
    page.get_by_text("What was decided is written down.").wait_for()


def test_from_a_referral_to_a_tag_that_is_on(page, house: House, tmp_path):
    number = str(page.viewport_size["width"])
    reference = f"S{number}"
    people(house, number, "cora", "pia")
    sign_in(page, house, f"cora-{number}")
    page.get_by_role("heading", name="Checks and proposals").wait_for()
    page.get_by_text("Nothing lies with you.").wait_for()
    referred(page, house, reference, What_it_is_for="pre_sentence", Order="community_order",
             Programme="national")  # fmt: skip
    home_found(page, house)
    for kind in ("domestic_abuse", "child_safeguarding"):
        ask_check(page, kind)
    page.goto(f"{house.pages}/suitability?show=waiting")
    page.get_by_text("2 waiting").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=f"Robin {reference}"))
    for name in ("Domestic abuse", "Safety of children"):
        answer_check(page, name)

    # What must stay free is set against the curfew that is asked for.
    opened(page, "Add a commitment")
    page.get_by_label("What it is", exact=True).fill("shift at a bakery")
    tick(page.locator("#commitment-TU"))
    page.locator("#commitment-start").fill("13:00")
    page.locator("#commitment-end").fill("21:00")
    press(page.get_by_role("button", name="Add the commitment"))
    page.get_by_text("The commitment is written down.").wait_for()
    worded(page, house)
    page.get_by_text("collides with work from 13:00 to 21:00 on Tuesdays").wait_for()
    press(page.get_by_role("button", name="Send the proposal"))
    page.get_by_text("The proposal is sent.").wait_for()
    page.get_by_role("link", name="PDF").wait_for()
    check_accessible(page, house)
    decided(page, reference)
    page.get_by_text("In place of custody: Yes, says the judge").wait_for()
    page.get_by_text("not yet brought in").wait_for()

    bring(house, tmp_path, reference, f"pia-{number}", "community_order",
          house.now - timedelta(hours=3))  # fmt: skip
    page.reload()
    page.get_by_text("known here").wait_for()
    check_accessible(page, house)

    # The practitioner owes no check: they were answered before the order.
    sign_in(page, house, f"pia-{number}")
    page.goto(f"{house.pages}/owed?mine=1")
    page.get_by_text("Give the plain notice and prove it").first.wait_for()
    assert "Check the address" not in page.inner_text("main")

    stock(house, f"8600000000007{number}", f"WS-{number}")
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting?q={reference}")
    press(page.get_by_role("row").filter(has_text=f"Robin {reference}")
          .get_by_role("link", name=f"Robin {reference}"))  # fmt: skip
    page.get_by_label("Serial or number of the tag").fill(f"WS-{number}")
    press(page.get_by_role("button", name="The tag is on"))
    page.get_by_role("heading", name="Does the tag say where it is?").wait_for()


def test_a_check_blocks_a_home_detention_curfew_until_a_named_person_lets_it_go_on(
    page, house: House, tmp_path
):
    number = f"H{page.viewport_size['width']}"
    people(house, number, "cora", "pia", "otto")
    sign_in(page, house, f"cora-{number}")
    referred(page, house, number, What_it_is_for="pre_release", Order="hdc", Programme="national")
    home_found(page, house)
    for kind in ("domestic_abuse", "child_safeguarding"):
        ask_check(page, kind)
    answer_check(page, "Safety of children")
    worded(page, house)
    page.get_by_text("Missing for a release on home detention curfew").wait_for()
    page.get_by_text("The police have not answered the domestic-abuse check.").wait_for()
    assert page.get_by_role("button", name="Send the proposal").count() == 0
    opened(page, "Ask that it goes on although something is missing")
    page.get_by_label("Why it cannot wait").fill("The release is tomorrow morning.")
    press(page.get_by_role("button", name="Ask an authorising officer"))
    page.get_by_text("An authorising officer is asked to let it go on.").wait_for()
    check_accessible(page, house)
    address = page.url

    sign_in(page, house, f"otto-{number}")
    page.goto(f"{house.pages}/suitability/reasons")
    card = page.locator("section").filter(has_text=f"{number}: a release").last
    card.wait_for()
    check_accessible(page, house)
    card.get_by_label("Your reason").fill("A visit is planned for the same evening.")
    press(card.get_by_role("button", name="Let it go on"))
    page.get_by_text("Granted: it holds for a fortnight.").wait_for()

    sign_in(page, house, f"cora-{number}")
    page.goto(address)
    page.get_by_text(f"Otto {number} lets it go on until").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Send the proposal"))
    page.get_by_text("The proposal is sent.").wait_for()
    decided(page, number)

    # Somebody else's order is brought in and monitored; what is missing is owed before it.
    bring(house, tmp_path, number, f"pia-{number}", "hdc", house.now + timedelta(days=2))
    sign_in(page, house, f"pia-{number}")
    page.goto(f"{house.pages}/owed")
    row = page.get_by_role("row").filter(has_text=f"O-{number}")
    row.get_by_text("Check the address: domestic abuse").first.wait_for()
    assert row.count() == 1  # the other one was answered
    page.get_by_role("row").filter(has_text="Chase the answer to a check").first.wait_for()
    check_accessible(page, house)
    press(page.locator("main a[href^='/suitability/']").first)
    answer_check(page, "Domestic abuse")
    page.goto(f"{house.pages}/owed")
    page.get_by_role("heading", name="What is owed").wait_for()
    assert f"O-{number}" not in page.inner_text("main")
