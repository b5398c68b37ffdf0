"""Evidence of a match: its maker's own, signed twice, whole, checked offline."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

import pypdf
import pytest

from paper_words import pdf_words, squeezed
from review_words import AT, NOW, STATEMENT, lives
from waypost.access.models import AuditLine
from waypost.documents.bundle import verify_bundle
from waypost.documents.models import Document
from waypost.documents.queries import document
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.review import actions, queries
from waypost.review.models import ProximityAlert
from waypost.review.proximity import approve_alert, make_alert, make_opinion, send_alert

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def papers() -> dict[str, bytes]:
    rows = Document.objects.filter(media_type="application/pdf")
    return {row.kind: bytes(row.content) for row in rows}


def words_of(kind: str) -> str:
    return pdf_words(papers()[kind], f"PX-{ProximityAlert.objects.get().review_id}/1")


def test_only_who_qualified_the_match_makes_evidence_of_it_and_only_once_approved(hub):
    hub.run()
    number = hub.opened("CAME", hub.petra, hub.pip, hub.avery)
    actions.qualify(number, "Four fixes at the door.", by=hub.petra, now=NOW)
    with pytest.raises(Refused, match="a second person approved"):
        make_alert(number, STATEMENT, by=hub.petra, now=NOW)
    actions.approve(number, "The four fixes.", by=hub.avery, now=NOW)
    with pytest.raises(Refused, match="its maker's own"):
        make_alert(number, STATEMENT, by=hub.pip, now=NOW)
    with pytest.raises(Refused, match="Write your own statement"):
        make_alert(number, "It was there.", by=hub.petra, now=NOW)
    assert not ProximityAlert.objects.exists()
    assert not Document.objects.exists()


def test_the_alert_says_what_the_ministrys_does_and_what_it_does_not_show(hub):
    hub.run()
    hub.alert()
    said = words_of("proximity_alert")
    for words in (
        "Qualifiedmatches:1",
        "Burglaryinadwelling",
        "2026-02-0312:00:00GMTto2026-02-0312:10:00GMT(2026-02-0312:00:00to2026-02-0312:10:00UTC)",
        "51.500000,-0.100000,and100maroundit",
        "RobinCame,CAME",
        "communityorder",
        "/01,thefixesaboutthetime",
        "/02,theplace",
        "/03,keyofthemaps",
        "/04,tableofthefixes",
        "Nearestfix:0mfromthemiddleoftheplace,asthepolicerecordedit,giveortake63min95of100cases",
        "Itdoesnotshowthatthewearerofthetagcommittedorwitnessedacrime.",
        "Itdoesnotruleoutotherwearersoftags",
        "timesatwhichthetagcouldbemonitored",
        "2026-02-0312:03:00GMT2026-02-0312:03:00",  # to the second, local and UTC
    ):
        assert words in said, words


def test_no_exhibit_holds_a_score_a_base_rate_or_a_likelihood_ratio(hub):
    hub.run()
    hub.bundled()
    for kind in ("proximity_alert", "witness_statement", "alert_approval"):
        said = words_of(kind).lower()
        for word in ("score", "likelihood", "baserate", "presence"):
            assert word not in said, (kind, word)


def test_the_statement_is_its_makers_own_with_the_real_number_of_its_pages(hub):
    hub.run()
    number = hub.approved()
    long = f"{STATEMENT}\n" * 40
    make_alert(number, long, by=hub.petra, now=NOW)
    pdf = papers()["witness_statement"]
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert pages > 2
    said = words_of("witness_statement")
    assert f"(consistingof{pages}pages,eachsignedbyme)" in said
    assert "CriminalJusticeAct1967,s.9" in said
    assert said.count(squeezed(STATEMENT)) == 40
    assert "SignedelectronicallybyPetra" in said
    assert "2026-02-0500:00:00GMT(2026-02-0500:00:00UTC)" in said


def test_the_statement_names_the_exhibits_by_their_fingerprint(hub):
    import hashlib

    hub.run()
    hub.alert()
    found = papers()
    digest = hashlib.sha256(found["proximity_alert"]).hexdigest()
    assert digest in words_of("witness_statement")


def test_every_paper_is_archival_and_readable_aloud(hub):
    hub.run()
    hub.bundled()
    for kind, content in papers().items():
        root = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
        told = root["/Metadata"].get_data().decode()
        assert re.search(r"pdfaid:part>2<", told), kind
        assert re.search(r"pdfaid:conformance>A<", told), kind
        assert "pdfuaid" in told, kind


def test_the_schedule_tells_what_might_undermine_the_match(hub):
    hub.run()
    lives = hub.opened("LIVES", hub.petra)
    from waypost.review.values import Why

    actions.reject(lives, Why.LIVES_THERE, "Home of the order.", by=hub.petra, now=NOW)
    hub.alert()
    said = words_of("undermining")
    assert "WearerB" in said
    assert "rejected" in said
    assert "Knowntohaveanotherreasontobethere" in said
    assert "livesthere" not in said.lower()  # that would tell who
    assert (
        "onalistthatAvery,authorisingofficer,holdsasdisclosureofficer"
        "(CriminalProcedureandInvestigationsAct1996)" in said
    )
    assert "Fourfixesatthedoor,andneverthere" in said
    assert "0of136,733" in said
    assert "LIVES" not in said  # by letter, not by reference


def test_the_schedule_counts_a_wearer_under_limited_access_and_tells_nothing_of_who(hub, settings):
    """What might assist the defence is never counted short: the count stands, a letter like any
    other, though its maker may not know of them; the list of letters is for authorising officers,
    and opens nobody."""
    settings.DISCLOSURE_OFFICER = "Dana Reed, Hackney disclosure unit, 020 7946 0000"
    hub.tags["HIDDEN"] = hub.wearer("HIDDEN", limited=True)
    hub.spend("HIDDEN", lives)
    hub.run()
    number = hub.approved()
    page = queries.review_page(number, by=hub.petra, now=NOW)
    assert hub.review("HIDDEN").pk not in {one.review_id for one in page.rivals}
    made = ProximityAlert.objects.get(pk=make_alert(number, STATEMENT, by=hub.petra, now=NOW))
    said = words_of("undermining")
    assert ("WearerB" in said, "WearerC" in said, "WearerD" in said) == (True, True, False)
    assert "HIDDEN" not in said.upper()
    assert "RobinHidden" not in said
    assert "DanaReed,Hackneydisclosureunit" in said
    others = {hub.review(name).pk for name in ("LIVES", "HIDDEN")}
    assert set(made.facts["rivals"]) == others
    seen = {
        by.name: queries.review_page(number, by=by, now=NOW).alerts[0].letters
        for by in (hub.petra, hub.avery)
    }
    assert seen["Petra"] == ()
    assert dict(seen["Avery"]) == dict(zip("BC", made.facts["rivals"], strict=True))
    with pytest.raises(NoSuchThing):
        queries.review_page(hub.review("HIDDEN").pk, by=hub.avery, now=NOW)


def test_approval_is_a_second_signature_over_the_hash_of_what_the_first_signed(hub):
    hub.run()
    alert = hub.alert()
    made = ProximityAlert.objects.get(pk=alert)
    before = papers()
    with pytest.raises(Refused):
        approve_alert(alert, "I checked it myself.", by=hub.petra, now=NOW)
    with pytest.raises(Refused, match="what you checked"):
        approve_alert(alert, "ok", by=hub.avery, now=NOW)
    approve_alert(alert, "Each exhibit against the table.", by=hub.avery, now=NOW)
    assert {kind: papers()[kind] for kind in before} == before  # not a byte of them moved
    said = words_of("alert_approval")
    assert made.sha256 in said
    assert "SignedelectronicallybyAvery" in said
    with pytest.raises(Refused, match="approved before"):
        approve_alert(alert, "Each exhibit once more.", by=hub.avery, now=NOW)


def test_the_bundle_is_checked_offline_and_holds_what_was_signed(hub):
    hub.run()
    hub.bundled()
    made = ProximityAlert.objects.get()
    content = bytes(Document.objects.get(pk=made.bundle_id).content)
    verdict = verify_bundle(content)
    assert verdict.trouble == ""
    assert verdict.about["signed_sha256"] == made.sha256
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        names = set(bundle.namelist())
        assert {
            "proximity-alert.pdf", "proximity-alert.docx", "witness-statement.pdf",
            "witness-statement.docx", "undermining.pdf", "undermining.docx", "alert-approval.pdf",
            "alert-approval.docx", "fixes.csv", "fixes.geojson", "alert.json", "read-me.txt",
            "manifest.json",
        } <= names  # fmt: skip
        assert bundle.read("proximity-alert.pdf") == papers()["proximity_alert"]
        rows = bundle.read("fixes.csv").decode().splitlines()
        told = json.loads(bundle.read("fixes.geojson"))
    assert len(rows) == len(told["features"]) == 31  # the heads; the place of the offence
    counted = [row.split(",")[1] for row in rows[1:] if row.split(",")[1]]
    assert counted == ["A1", "A2", "A3", "A4"]
    broken = content.replace(b"12:03:00", b"12:04:00")
    assert verify_bundle(broken).trouble


def test_fixes_of_another_tag_or_of_an_order_that_does_not_allow_it_stand_in_no_exhibit(hub):
    from waypost.orders.models import Order

    Order.objects.filter(person__reference="CAME").update(to_at=AT + timedelta(minutes=8))
    hub.run()
    hub.alert()
    rows = bytes(Document.objects.get(file_name__endswith="fixes.csv").content).decode()
    times = [row.split(",")[2] for row in rows.splitlines()[1:]]
    assert max(times) == "2026-02-03 12:07:00"


def test_it_leaves_once_approved_and_only_while_the_match_stands(hub):
    hub.run()
    alert = hub.alert()
    with pytest.raises(Refused, match="second person has to approve"):
        send_alert(alert, ["outside:DI Grey"], by=hub.petra, now=NOW)
    approve_alert(alert, "Each exhibit against the table.", by=hub.avery, now=NOW)
    with pytest.raises(Refused, match="Say who receives it"):
        send_alert(alert, [], by=hub.petra, now=NOW)
    send_alert(alert, ["outside:DI Grey"], by=hub.petra, now=NOW)
    with pytest.raises(Refused, match="It was sent"):
        send_alert(alert, ["outside:DI Grey"], by=hub.petra, now=NOW)


def test_a_fallen_match_is_not_sent(hub):
    hub.run()
    alert = hub.bundled()
    actions.withdraw(hub.review().pk, "The tag was off.", by=hub.petra, now=NOW)
    with pytest.raises(Refused, match="does not stand"):
        send_alert(alert, ["outside:DI Grey"], by=hub.petra, now=NOW)


def test_what_a_match_weighs_stands_in_a_named_experts_report(hub):
    hub.run()
    alert = hub.bundled()
    hub.opened("CAME", hub.pip)
    with pytest.raises(Refused, match="Name your qualifications"):
        make_opinion(alert, "", STATEMENT, by=hub.pip, now=NOW)
    make_opinion(alert, "MSc Forensic Science", STATEMENT, by=hub.pip, now=NOW)
    said = words_of("match_opinion")
    assert "ReportofPip" in said
    assert "Likelihoodratio" in said
    assert "NofigurehereistheprobabilitythatthewearercommittedtheoffenceT" in said.replace(".", "")


def test_papers_are_opened_by_whoever_has_the_match_open(hub):
    hub.run()
    hub.bundled()
    number = ProximityAlert.objects.get().bundle_id
    assert document(number, by=hub.petra, now=NOW).content
    with pytest.raises(Refused, match="Open this match first"):
        document(number, by=hub.pip, now=NOW)
    lines = AuditLine.objects.filter(kind="document:opened")
    assert [line.person_id for line in lines] == [hub.review().person_id]


def test_each_signature_leaves_its_line_about_the_wearer(hub):
    hub.run()
    hub.bundled()
    lines = AuditLine.objects.filter(kind__in=("review:alert_signed", "review:alert_approved"))
    assert {line.person_id for line in lines} == {hub.review().person_id}
    assert {line.purpose for line in lines} == {"crime_mapping"}
    signed = json.loads(bytes(lines.get(kind="review:alert_signed").body))["detail"]
    assert (signed["fixes"], signed["from"][:19]) == (30, "2026-02-03T11:50:00")


def test_a_second_alert_is_written_afresh(hub):
    hub.run()
    hub.alert()
    number = hub.review().pk
    page = queries.review_page(number, hub.petra, now=NOW)
    version = page.version
    make_alert(
        number, STATEMENT + " I looked again.", by=hub.petra, now=NOW, expected_version=version
    )
    with pytest.raises(Conflict):
        make_alert(number, STATEMENT, by=hub.petra, now=NOW, expected_version=version)
    made = list(ProximityAlert.objects.order_by("number"))
    assert [one.number for one in made] == [1, 2]
    assert made[0].sha256 != made[1].sha256
