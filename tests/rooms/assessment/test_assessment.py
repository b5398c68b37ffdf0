"""The assessment says what runs, who owns each part, and what nobody has signed for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from waypost import clock
from waypost.assessment.code_of_practice import RULES
from waypost.assessment.gathering import running
from waypost.assessment.printing import paper
from waypost.assessment.recipients import ways
from waypost.assessment.signing import overdue, read_signed, unsigned
from waypost.assessment.values import Part, PurposeRow, Recipient, Running, Signature

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def found() -> Running:
    return running(now=clock.now(), stored=False)


def test_all_that_runs_is_signed_for(found):
    assert list(unsigned(found, read_signed())) == []


def test_a_new_column_and_a_column_that_says_more_than_before_are_told(found):
    first = found.tables[0]
    name = next(iter(first.columns))
    more = replace(first, columns={**first.columns, "shoe_size": "personal", name: "location"})
    told = list(unsigned(replace(found, tables=(more, *found.tables[1:])), read_signed()))
    assert [one.split(":")[0] for one in told if "new" in one] == [
        f"column {first.name}.{name}", f"column {first.name}.shoe_size",
    ]  # fmt: skip
    assert "sign for it in assessment/signed.toml" in told[0]


def test_a_new_purpose_and_a_new_recipient_are_told_and_so_is_what_is_gone(found):
    row = PurposeRow("marketing", "Sell it", "none", (), "", False)
    way = Recipient("channel:telegram", "Anybody", "All", "none", "none")
    told = list(
        unsigned(
            replace(
                found, purposes=(*found.purposes[1:], row), recipients=(*found.recipients[1:], way)
            ),
            read_signed(),
        )
    )
    assert [" ".join(one.split()[:4]) for one in told] == [
        "purpose marketing is new:",
        "purpose alert_response is gone:",
        "recipient channel:telegram is new:",
        "recipient request:police is gone:",
    ]


def test_every_way_out_has_words_and_says_whether_it_is_in_use():
    used = {one.way: one.in_use for one in ways({"channel:sms": "", "channel:mail": "host"})}
    assert (used["channel:sms"], used["channel:mail"]) == (False, True)
    assert used["request:police"], "what needs no setting is in use"


def test_a_part_without_a_signature_or_past_its_review_says_so():
    signed = read_signed()
    parts = {
        Part.IMPACT: Signature("DPO", "A. Dow", TODAY - timedelta(days=400), TODAY),
        Part.CODE: Signature("DPO", "", None, None),
        Part.SHARING: Signature("DPO", "A. Dow", TODAY, TODAY - timedelta(days=1)),
    }
    told = list(overdue(replace(signed, parts=parts), TODAY))
    assert told == [
        "The code part is signed by nobody yet; its owner is the DPO.",
        "The sharing part was to be reviewed by 28 November 2026.",
    ]


@pytest.mark.parametrize("part", list(Part))
def test_each_paper_says_who_owns_it_and_is_one_table_wide_at_every_row(found, part):
    text = paper(part, found, read_signed(), TODAY)
    assert "Owner: " in text.splitlines()[2]
    assert "Signed by nobody yet" in text
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if lines and lines[0].startswith("|"):
            assert len({line.count("|") for line in lines}) == 1, lines[0]


def test_the_papers_have_every_purpose_table_recipient_and_period(found):
    signed = read_signed()
    impact, record = (paper(part, found, signed, TODAY) for part in (Part.IMPACT, Part.PROCESSING))
    for one in found.purposes:
        assert one.law in impact
        assert one.words in record
    assert all(one.who in record for one in found.recipients)
    assert all(one.what in impact for one in found.kept)
    assert all(one.name in record for one in found.tables if one.belongs)


def test_the_paper_says_what_this_configuration_leaves_open(found):
    signed = read_signed()
    off = {"sealed_identity": False, "anchored_audit": False, "stamped_audit": False}
    bare = paper(Part.IMPACT, replace(found, **off), signed, TODAY)
    full = paper(Part.IMPACT, replace(found, **dict.fromkeys(off, True)), signed, TODAY)
    assert "WAYPOST_IDENTITY_KEY" in bare
    assert "WAYPOST_AUDIT_ANCHOR" in bare
    assert "WAYPOST_AUDIT_TIME_AUTHORITY" in bare
    assert "WAYPOST_" not in full


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kept_by)
def test_each_rule_of_practice_names_a_module_and_a_test_that_exist(rule):
    assert (ROOT / "src" / "waypost" / rule.kept_by).exists()
    assert (ROOT / rule.shown_by).exists()
