"""The 18-column file names people: approved matches alone, for a reason, a line about each."""

from __future__ import annotations

import csv
import io

import pytest

from review_words import NOW
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.errors import Refused
from waypost.identity.actions import end_id, enter_id
from waypost.identity.values import IdKind
from waypost.review.matches_file import COLUMNS, approved_matches

pytestmark = [pytest.mark.database, pytest.mark.django_db]
REASON = "The force asked for last week's approved matches."


def test_it_has_the_ministrys_columns_and_approved_matches_alone(hub):
    hub.run()
    content, _ = approved_matches(REASON, by=hub.petra, now=NOW)
    assert list(csv.reader(io.StringIO(content.decode()))) == [list(COLUMNS)]
    hub.approved()
    content, name = approved_matches(REASON, by=hub.petra, now=NOW)
    heads, row = csv.reader(io.StringIO(content.decode()))
    assert len(heads) == len(row) == 18
    said = dict(zip(heads, row, strict=True))
    assert said["CRIME REF"] == "C1"
    assert said["BATCH ID"] == "MPS20260204"
    assert said["FROM DATE/TIME"] == "2026-02-03T12:00:00Z"
    assert said["OTHER INFO"] == "rear"
    assert said["DEVICE ID"] == "D-CAME"
    assert (said["SUBJECT IDENTIFIER"], said["OFFENDER NAME"]) == ("CAME", "Robin Came")
    assert said["OFFENDER ADDRESS"] == said["NOMIS ID"] == said["PNC REF"] == ""  # none entered
    assert name == "matches-20260205-000000.csv"


def test_the_newest_ids_that_stand_fill_their_columns(hub):
    hub.run()
    hub.approved()
    person = hub.review().person_id
    for kind, value in ((IdKind.NOMIS, "A1234BC"), (IdKind.PNC, "20/9N"),
                        (IdKind.PNC, "2003/0062845E")):  # fmt: skip
        enter_id(person, kind, value, "the court", by=MACHINE, now=NOW)
    wrong = enter_id(person, IdKind.NOMIS, "A9999ZZ", "a slip", by=MACHINE, now=NOW)
    end_id(wrong, person, "It is somebody else's.", by=MACHINE, now=NOW)
    content, _ = approved_matches(REASON, by=hub.petra, now=NOW)
    heads, row = csv.reader(io.StringIO(content.decode()))
    said = dict(zip(heads, row, strict=True))
    assert (said["NOMIS ID"], said["PNC REF"]) == ("A1234BC", "2003/0062845E")


def test_each_person_in_it_leaves_a_line_and_no_reason_no_file(hub):
    hub.run()
    hub.approved()
    with pytest.raises(Refused):
        approved_matches("names", by=hub.petra, now=NOW)
    assert not AuditLine.objects.filter(kind="review:exported").exists()
    approved_matches(REASON, by=hub.petra, now=NOW)
    line = AuditLine.objects.get(kind="review:exported")
    assert line.person_id == hub.review().person_id


@pytest.mark.parametrize("who", ["avery", "ida"])
def test_it_is_an_analysts_to_make(hub, who):
    with pytest.raises(Refused):
        approved_matches(REASON, by=getattr(hub, who), now=NOW)
