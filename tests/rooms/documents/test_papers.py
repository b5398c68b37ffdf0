"""Papers: one content in two forms, templates that an agency can change and cannot hollow out."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import docx
import pypdf
import pytest
from django.db import transaction

from paper_words import docx_words, pdf_words, squeezed
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Role
from waypost.documents import composing, needs, papers
from waypost.documents.actions import write_paper
from waypost.documents.composing import Said
from waypost.documents.models import Document
from waypost.documents.paper_kinds import KINDS, SAMPLE, own_text
from waypost.documents.paper_texts import every_text, in_force
from waypost.documents.pdf import render_pdf
from waypost.documents.queries import document, documents_about
from waypost.documents.values import DOCX, PDF, Exhibit, Figure, Paragraph, Table
from waypost.documents.word import render_docx
from waypost.errors import NoSuchThing, Refused
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.units import PersonRef

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def sample(kind: str, text: str | None = None, language: str = "en"):
    return composing.sample(kind, Said(own_text(kind) if text is None else text, language))


def given(kind: str) -> dict:
    return {
        "words": KINDS[kind].words,
        "slots": {name: SAMPLE[name] for name in KINDS[kind].slots},
    }


@EVERY_KIND
def test_both_forms_say_the_same_in_the_same_order(kind):
    paper = sample(kind)
    said = pdf_words(render_pdf(paper), paper.reference)
    assert said == docx_words(render_docx(paper))
    named = any("Alex Example" in word for word in KINDS[kind].words.values())
    assert (squeezed("Alex Example") in said) == named
    assert len(said) > 300


@EVERY_KIND
def test_every_word_slot_and_statement_of_the_code_s_own_template_is_known_and_required_ones_stand(
    kind,
):
    assert composing.problems_of(kind, own_text(kind)) == []
    known = KINDS[kind]
    assert known.required <= {*known.words, *known.slots, *known.statements}
    assert set(known.slots) <= set(SAMPLE)


@EVERY_KIND
def test_the_same_paper_is_the_same_file_and_another_time_another(kind):
    paper = sample(kind)
    assert render_pdf(paper) == render_pdf(paper)
    assert render_docx(paper) == render_docx(paper)
    later = replace(paper, at=paper.at + timedelta(seconds=1))
    assert render_pdf(later) != render_pdf(paper)
    assert render_docx(later) != render_docx(paper)


def test_a_pdf_says_its_title_and_language_and_claims_to_be_accessible():
    read = pypdf.PdfReader(io.BytesIO(render_pdf(sample("breach_report", language="cy"))))
    assert read.metadata.title == "Breach report W-17"
    root = read.trailer["/Root"]
    assert root["/Lang"] == "cy"
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()


def test_drawings_have_words_for_whoever_cannot_see_them_in_both_forms():
    paper = sample("breach_report")
    words = next(block for block in SAMPLE["map"] if isinstance(block, Figure)).alternative
    made = docx.Document(io.BytesIO(render_docx(paper)))
    assert words in made.element.xml
    assert made.core_properties.language == "en-GB"
    root = pypdf.PdfReader(io.BytesIO(render_pdf(paper))).trailer["/Root"]
    assert words in alternatives(root["/StructTreeRoot"])


def alternatives(node, found=None) -> list[str]:
    """Every alternative text in the tree of tags."""
    found = [] if found is None else found
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, dict):
        if "/Alt" in node:
            found.append(str(node["/Alt"]))
        alternatives(node.get("/K", []), found)
    elif isinstance(node, list):
        for one in node:
            alternatives(one, found)
    return found


def test_a_character_that_no_font_of_ours_has_still_makes_a_paper():
    paper = sample("warning_letter")
    strange = replace(paper, blocks=(Paragraph("中文 مرحبا 🙂"), *paper.blocks))
    assert render_pdf(strange).startswith(b"%PDF")
    assert "中文" in docx_words(render_docx(strange))


def test_exhibits_are_numbered_in_the_order_in_which_they_come():
    slots = given("breach_report")["slots"] | {
        "exhibits": [Exhibit("A call", (Paragraph("one"),)), Exhibit("A note", ())]
    }
    said = Said(own_text("breach_report"))
    paper = composing.compose("breach_report", said, KINDS["breach_report"].words, slots, at=AT)
    text = docx_words(render_docx(paper))
    assert text.index("Exhibit1:Acall") < text.index("Exhibit2:Anote")


def test_what_is_filled_in_is_not_read_as_markup_again():
    words = KINDS["correction"].words | {
        "because": "{what_changed} [[changes]]\n# Not a heading\n---\n#import “x”",
    }
    paper = composing.compose(
        "correction", Said(own_text("correction")), words, given("correction")["slots"], at=AT
    )
    assert Paragraph("{what_changed} [[changes]] # Not a heading --- #import “x”") in paper.blocks


def test_a_slot_without_anything_says_so():
    slots = given("breach_report")["slots"] | {"warnings": [], "corrections": []}
    paper = composing.compose(
        "breach_report", Said(own_text("breach_report")), KINDS["breach_report"].words, slots, at=AT
    )
    assert Paragraph("No warning was given before.") in paper.blocks


@pytest.mark.parametrize("part", ["words", "slots"])
def test_a_word_or_slot_too_few_or_too_many_is_a_mistake_of_ours(part):
    for change in (lambda one: one.popitem(), lambda one: one.update(other="")):
        given_now = {name: dict(value) for name, value in given("correction").items()}
        change(given_now[part])
        with pytest.raises(ValueError, match=f"correction: {part} missing"):
            composing.compose("correction", Said(own_text("correction")), **given_now, at=AT)


def test_a_table_with_a_row_of_another_length_is_a_mistake_of_ours():
    slots = given("correction")["slots"] | {"changes": [Table("T", ("A", "B"), (("1",),))]}
    with pytest.raises(ValueError, match="another length"):
        composing.compose(
            "correction", Said(own_text("correction")), KINDS["correction"].words, slots, at=AT
        )


LETTER = own_text("warning_letter")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LETTER.replace("[[right_to_contest]]", ""), "[[right_to_contest]] is missing"),
        (LETTER.replace("[[violations]]", "violations"), "[[violations]] is missing"),
        (LETTER.replace("{requirement}", "it"), "{requirement} is missing"),
        (LETTER.replace("[[right_to_contest]]", "[[right_to_contest: No.]]"), "too few"),
        (LETTER.replace("[[account]]", "[[account: nothing]]"), "takes no words of ours"),
        (LETTER + "\n\n[[account]]", "a second time"),
        (LETTER + "\n\n[[address]]", "asks for [[address]]"),
        (LETTER + "\n\nSee [[account]]", "alone on its line"),
        (LETTER + "\n\n{home_address}", "asks for {home_address}"),
        (LETTER + "\n\n{reference.__class__}", "asks for {reference.__class__}"),
        (LETTER + "\n\n{reference!r}", "asks for {reference}"),
        (LETTER + "\n\n{reference", "braces do not match"),
        ("", "empty"),
        ("x" * 30_000, "30000 characters"),
        (LETTER.replace("[[what_counts]]", "[[what_counts: It counts for a whole year, and "
                        "you know from which day on.]]"), "{given_on} is missing"),
    ],
)  # fmt: skip
def test_a_template_that_leaves_out_what_must_stand_or_asks_for_more_is_refused(text, said):
    assert said in " ".join(composing.problems_of("warning_letter", text))


def test_an_agency_says_a_statement_in_its_own_words_and_language():
    own = LETTER.replace(
        "[[right_to_contest]]",
        "[[right_to_contest: Os ydych yn credu bod y rhybudd hwn yn anghywir, gallwch ei herio.]]",
    )
    assert composing.problems_of("warning_letter", own) == []
    text = docx_words(render_docx(sample("warning_letter", own, "cy")))
    assert squeezed("gallwch ei herio") in text
    assert squeezed("can contest it") not in text


@pytest.fixture
def house(db):
    """An administrator, an officer of the centre, one of nobody's, and a wearer."""
    import_orders([PersonOrders(PersonRef("P1"))], by=MACHINE, now=AT - timedelta(days=9))
    for name, role in (("ada", Role.ADMINISTRATOR), ("mona", Role.MONITORING_OFFICER),
                       ("pia", Role.PROBATION_PRACTITIONER)):  # fmt: skip
        make_officer(name, name.title(), None, role, now=AT - timedelta(days=9))
    return Person.objects.get(reference="P1")


def officer(name: str):
    return posted(Officer.objects.get(username=name), now=AT)


@pytest.mark.database
def test_a_paper_is_kept_in_both_forms_with_its_template_and_author(house):
    with transaction.atomic():
        drawn = papers.draw_up(
            "warning_letter", about="warning:3", person_id=house.pk, by=officer("mona"), now=AT,
            **given("warning_letter"),
        )  # fmt: skip
    pdf, word = Document.objects.get(pk=drawn.pdf_id), Document.objects.get(pk=drawn.docx_id)
    assert (pdf.media_type, word.media_type) == (PDF, DOCX)
    assert (pdf.template_version, pdf.language, pdf.made_at) == (0, "en", AT)
    assert pdf.officer_id == officer("mona").officer_id
    assert pdf.file_name == "warning-letter-warning-3.pdf"
    assert [one.document_id for one in documents_about("warning:3")] == [pdf.pk, word.pk]
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.person_id) == ("document:drawn", house.pk)
    pdf.content = b"other"
    with pytest.raises(ValueError, match="kept as it was made"):
        pdf.save()


@pytest.mark.database
def test_a_paper_is_opened_by_whoever_may_open_what_it_is_about_and_leaves_a_line(house):
    with transaction.atomic():
        drawn = papers.draw_up(
            "warning_letter", about="warning:3", person_id=house.pk, by=MACHINE, now=AT,
            **given("warning_letter"),
        )  # fmt: skip
    opened = document(drawn.pdf_id, by=officer("mona"), now=AT)
    assert opened.content.startswith(b"%PDF")
    assert opened.sha256 == drawn.pdf_sha256
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.person_id) == ("document:opened", house.pk)
    with pytest.raises(Refused, match="not among yours"):
        document(drawn.pdf_id, by=officer("pia"), now=AT)
    with pytest.raises(Refused, match="role does not carry"):
        document(drawn.pdf_id, by=officer("ada"), now=AT)
    for number in (0, 99, 2**70):
        with pytest.raises(NoSuchThing):
            document(number, by=officer("mona"), now=AT)


@pytest.mark.database
def test_a_paper_of_somebody_under_limited_access_is_none_to_others(house):
    with transaction.atomic():
        drawn = papers.draw_up(
            "warning_letter", about="warning:3", person_id=house.pk, by=MACHINE, now=AT,
            **given("warning_letter"),
        )  # fmt: skip
    Person.objects.update(limited=True)
    with pytest.raises(NoSuchThing, match="no such document"):
        document(drawn.pdf_id, by=officer("mona"), now=AT)


@pytest.mark.database
def test_a_room_says_itself_who_opens_papers_about_its_records(house, monkeypatch):
    asked = []
    monkeypatch.setitem(needs.OPENERS, "parcel", lambda number, *, by, now: asked.append(number))
    with transaction.atomic():
        drawn = papers.draw_up(
            "correction", about="parcel:5", person_id=house.pk, by=MACHINE, now=AT,
            **given("correction"),
        )  # fmt: skip
    assert document(drawn.docx_id, by=officer("pia"), now=AT).media_type == DOCX
    assert asked == [5]


@pytest.mark.database
def test_an_agency_s_own_template_is_in_force_from_its_version_on_and_can_be_given_back(house):
    own = LETTER.replace("# Warning", "# A warning from us")
    ada = officer("ada")
    assert write_paper("warning_letter", own, by=ada, now=AT) == 1
    assert write_paper("warning_letter", own + "\n\nMore.", language="cy", by=ada, now=AT) == 1
    assert in_force("warning_letter", "cy") == Said(own + "\n\nMore.", "cy", 1)
    assert in_force("warning_letter", "fr") == Said(own, "en", 1)
    drawn = papers.prepare("warning_letter", now=AT, language="cy", **given("warning_letter"))
    assert (drawn.version, drawn.language, drawn.paper.language) == (1, "cy", "cy")
    assert squeezed("A warning from us") in docx_words(drawn.docx)
    assert [(one.language, one.made_by) for one in every_text() if one.made_at] == [
        ("en", "Ada"), ("cy", "Ada"),
    ]  # fmt: skip
    assert write_paper("warning_letter", None, by=ada, now=AT) == 2
    assert in_force("warning_letter") == Said(LETTER)
    kinds = AuditLine.objects.filter(kind="paper:written")
    assert kinds.count() == 3


@pytest.mark.database
def test_a_template_is_written_by_who_may_and_only_a_sound_one(house):
    with pytest.raises(Refused, match="role does not carry"):
        write_paper("warning_letter", LETTER, by=officer("mona"), now=AT)
    with pytest.raises(Refused, match="is missing"):
        write_paper("warning_letter", "Dear {person_name}", by=officer("ada"), now=AT)
    with pytest.raises(Refused, match="a language is written"):
        write_paper("warning_letter", LETTER, language="../x", by=officer("ada"), now=AT)
    with pytest.raises(NoSuchThing):
        write_paper("love_letter", LETTER, by=officer("ada"), now=AT)
