"""One person stands twice: an officer proposes that the two are one, another confirms, the case
shows both threads and says what nobody judges; the two reverse it; by keyboard alone."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import (
    House,
    check_accessible,
    import_file,
    officer,
    press,
    sign_in,
    waypost,
)

from waypost.identity.checking import check_letter
from waypost.identity.cohort_columns import NAMES

pytestmark = pytest.mark.journey


def stand_twice(house: House, folder, name: str) -> tuple[str, str]:
    """A record with a tag from a court's file; a second from a cohort sheet, with a new order. Both
    have the same PNC id, of which the second sheet says the short form."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    serial = f"{int(name[1:]):07d}"
    pnc = f"{serial}{check_letter('19', serial)}"
    first, second = f"{name}-court", f"{name}-sheet"
    person = {
        "person_id": first, "name": "Zoë Smith-Jones", "born": "1996-04-11",
        "officers": [f"mia-{name}", f"ned-{name}"],
        "activations": [{"activation_id": f"A-{name}", "device_id": f"tag-{name}",
                         "from": since.isoformat(), "to": None}],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": since.isoformat(),
                    "to": None, "requirements": [{"requirement_id": "R1", "kind": "trail"}]}],
    }  # fmt: skip
    for short in ("mia", "ned"):
        waypost(environment, officer(f"{short}-{name}", "probation_practitioner", short.title()))
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"persons": [person]}))
    import_file(environment, "orders", file)
    rows = [
        {"person_id": first, "name": "Zoë Smith-Jones", "pnc": f"2019/{pnc}", "order": "O-known"},
        {"person_id": second, "name": "Jones Smith Zoe", "pnc": f"19/{pnc}", "order": "O-new"},
    ]  # fmt: skip
    sheet = folder / f"{name}.csv"
    with sheet.open("w", newline="") as out:
        written = csv.DictWriter(out, NAMES)
        written.writeheader()
        for row in rows:
            order = f"{row.pop('order')}-{name}"
            written.writerow(
                row | {"born": "11/04/1996", "order_kind": "licence", "order_reference": order,
                       "from": since.date().isoformat(), "practitioner": f"mia-{name}"}
            )  # fmt: skip
    import_file(environment, "cohort", sheet)
    whose = [f"mia-{name}", f"ned-{name}"]
    both = [{"person_id": one, "officers": whose} for one in (first, second)]
    file.write_text(json.dumps({"persons": both}))
    import_file(environment, "orders", file)
    return first, second


def opened(page, words: str) -> None:
    press(page.locator("summary").filter(has_text=words))


def as_other(page, house: House, username: str) -> None:
    page.context.clear_cookies()
    sign_in(page, house, username)
    page.goto(f"{house.pages}/people/duplicates")


def test_two_records_become_one_person_and_two_again(page, house: House, tmp_path):
    name = f"M{page.viewport_size['width']}"
    first, second = stand_twice(house, tmp_path, name)

    # Mia finds the pair by why they are alike, and proposes; a word is no reason.
    sign_in(page, house, f"mia-{name}")
    page.goto(f"{house.pages}/people")
    press(page.get_by_role("link", name="Likely duplicates"))
    page.get_by_text("the same PNC (police); the same name; the same date of birth").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=first))
    page.get_by_role("heading", name="Are these one person?").wait_for()
    assert f"O-new-{name}" in page.inner_text("main")
    page.get_by_text(f"is judged by no tag: the tag is worn under {first}").wait_for()
    check_accessible(page, house)
    page.get_by_label("What shows that they are one person").fill("same")
    page.get_by_role("radio", name=first).focus()
    page.keyboard.press("Space")
    press(page.get_by_role("button", name="Propose it"))
    page.get_by_text("a sentence, not a word").first.wait_for()
    assert page.get_by_label("What shows that they are one person").input_value() == "same"
    check_accessible(page, house)
    page.get_by_label("What shows that they are one person").fill("One PNC id, one photograph.")
    press(page.get_by_role("button", name="Propose it"))
    page.get_by_text("It is proposed. Another officer confirms it.").wait_for()
    assert page.get_by_text("Confirm: they are one person").count() == 0
    check_accessible(page, house)

    # Ned confirms; the case of either shows the other's thread, and what nobody judges.
    as_other(page, house, f"ned-{name}")
    page.get_by_text("Waits for you").wait_for()
    press(page.get_by_role("link", name=f"{first} and {second}"))
    opened(page, "Confirm: they are one person")
    page.get_by_label("Say what you compared yourself").first.fill("Both files, with the court.")
    check_accessible(page, house)
    press(page.get_by_role("button", name="Confirm: they are one person"))
    page.get_by_text("are read as one person. Nothing was moved.").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=second).last)
    page.get_by_role("heading", name=f"One person with {first}").wait_for()
    assert f"O-{name}" in page.inner_text("main")
    page.get_by_text("New orders and tags go to").wait_for()
    check_accessible(page, house)

    # It was wrong: Ned puts it in doubt, Mia confirms, and they are two people as before.
    press(page.get_by_role("link", name="The merge"))
    opened(page, "Propose its reversal")
    page.get_by_label("Say what shows that they are two").fill("Twins: two photographs in fact.")
    press(page.get_by_role("button", name="Propose its reversal"))
    page.get_by_text("Another officer confirms the reversal.").wait_for()
    as_other(page, house, f"mia-{name}")
    press(page.get_by_role("link", name=f"{first} and {second}"))
    opened(page, "Confirm the reversal")
    page.get_by_label("Say what you compared yourself").fill("Both photographs, side by side.")
    press(page.get_by_role("button", name="Confirm the reversal"))
    page.get_by_text("they are two people again").first.wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=second).last)
    page.get_by_role("heading", name="Jones Smith Zoe").wait_for()
    assert page.get_by_text("One person with").count() == 0
