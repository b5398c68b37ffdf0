"""The papers, as Markdown, from what runs and who signed for it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from waypost.assessment.code_of_practice import RULES
from waypost.assessment.risks import RISKS
from waypost.assessment.values import Part, Running, Signed

TITLES: dict[Part, str] = {
    Part.IMPACT: "Data protection impact assessment",
    Part.PROCESSING: "Record of processing activities",
    Part.SHARING: "Sharing agreements",
    Part.EQUALITY: "Equality analysis",
    Part.CODE: "Code of practice, rule by rule",
}
LABELS = {"plain": "of no person by itself", "personal": "says who", "location": "says where",
          "sensitive": "health, offending or free text about somebody"}  # fmt: skip


def paper(part: Part, running: Running, signed: Signed, today: date) -> str:
    """One paper, with its owner, signature and review date at its head."""
    body = "\n\n".join(_BODIES[part](running))
    return f"# {TITLES[part]}\n\n{_head(part, signed, today)}\n\n{body}\n"


def _head(part: Part, signed: Signed, today: date) -> str:
    one = signed.parts[part]
    words = [f"Printed {today:%-d %B %Y} from what runs. Owner: {one.owner}."]
    if one.signed_on is None:
        words.append("**Signed by nobody yet.**")
    else:
        words.append(f"Signed by {one.signed_by} on {one.signed_on:%-d %B %Y}.")
    if one.review_by is not None:
        late = " **This is overdue.**" if one.review_by < today else ""
        words.append(f"To be reviewed by {one.review_by:%-d %B %Y}.{late}")
    return " ".join(words)


def _impact(running: Running) -> Iterator[str]:
    yield (
        "Courts order people to wear tags. Waypost takes in where the tags are, judges what each "
        "order asks, alerts those responsible, and answers lawful requests. It is law enforcement "
        "processing (Data Protection Act 2018 Part 3), of people who cannot refuse it, some of "
        "them vulnerable, and of the most intrusive kind there is: where somebody was, all day."
    )
    yield "## Why, and with what leave"
    yield _purposes(running)
    yield "## What is held"
    counts: Counter[tuple[str, str]] = Counter()
    for one in running.tables:
        for label in one.columns.values():
            counts[(one.retention, label)] += 1
    yield _table(
        ("kept as", "privacy", "columns"),
        [(kept, f"{label}: {LABELS[label]}", str(count))
         for (kept, label), count in sorted(counts.items())],
    )  # fmt: skip
    yield "## How long"
    yield _kept(running)
    yield "## To whom"
    yield _recipients(running)
    yield "## Necessity and proportion"
    yield (
        "A look shows only what bears on the order where no trail was ordered, within a window, "
        "for a purpose that the officer's role may use, and leaves a line. Fewer data would not "
        "show whether an order is kept; less intrusive means (reporting, a home unit) are weighed "
        "for each person in their necessity record. What the machine finds is a proposal: a person "
        "decides."
    )
    yield "## Risks"
    yield _table(
        (
            "risk to people",
            "how likely, how grave before",
            "what stands against it",
            "what is left",
        ),
        [(one.risk, one.before, one.measure, one.left) for one in RISKS],
    )
    yield "## What this configuration leaves open"
    yield "\n".join(f"- {one}" for one in _open(running)) or "Nothing that the software can tell."
    yield "## The rules' numbers in force"
    yield _table(("number", "value"), running.numbers) if running.numbers else "The code's own."


def _open(running: Running) -> Iterator[str]:
    if not running.sealed_identity:
        yield "Names and contacts are not sealed in the database (`WAYPOST_IDENTITY_KEY`)."
    if not running.anchored_audit:
        yield "Seals of the audit are kept nowhere outside (`WAYPOST_AUDIT_ANCHOR`)."
    if not running.stamped_audit:
        yield "No outside authority says when they were made (`WAYPOST_AUDIT_TIME_AUTHORITY`)."
    yield "Places in the lake are not encrypted by the software: the disk must be."


def _processing(running: Running) -> Iterator[str]:
    yield "## Of whom"
    yield (
        "People under an order with electronic monitoring; protected people who carry a device by "
        "consent; people responsible for an address; officers of the agencies; people named in a "
        "police record of an offence as far as its text names them."
    )
    yield "## Purposes"
    yield _purposes(running)
    yield "## Categories of data"
    yield _table(
        ("table", "kept as", "of a person", "says who", "says where", "sensitive"),
        [
            (one.name, one.retention, "yes" if one.belongs else "no",
             *(", ".join(name for name, label in one.columns.items() if label == wanted) or "-"
               for wanted in ("personal", "location", "sensitive")))
            for one in running.tables
            if one.belongs or set(one.columns.values()) != {"plain"}
        ],
    )  # fmt: skip
    yield "## Recipients"
    yield _recipients(running)
    yield "## Periods"
    yield _kept(running)
    yield "## Transfers abroad"
    yield "The software makes none. Carriers and the agency's own systems are the agency's choice."
    yield "## Security"
    yield (
        "Roles by two people; a purpose and a line for every look; a chain of audit that shows any "
        "change; raw messages under a key for each activation; signed bundles; locks with hashes. "
        f"Identity fields are {'sealed' if running.sealed_identity else 'not sealed'}; seals of "
        f"the audit are {'kept outside too' if running.anchored_audit else 'kept here alone'}, and "
        f"their time is {'an outside authority’s' if running.stamped_audit else 'our own'} word."
    )


def _sharing(running: Running) -> Iterator[str]:
    yield (
        "One agreement with each of these that is in use. The agency and the recipient sign it; "
        "the software keeps to its right side."
    )
    for one in running.recipients:
        yield f"## {one.who}"
        yield (
            f"- What: {one.what}\n- By what right: {one.law}\n"
            f"- How it is guarded: {one.safeguard}\n"
            f"- In use here: {'yes' if one.in_use else 'no, it is not configured'}\n"
            "- To be agreed: who answers at the recipient, how long they keep it, who reviews, when"
        )


DESCRIBED = "equality.SelfDescription"  # what people say of themselves


def _equality(running: Running) -> Iterator[str]:
    held = sorted(
        f"{one.name}.{name}" for one in running.tables for name in one.columns
        if any(word in name for word in ("ethnic", "religio", "gender", "orientation", "pregnan",
                                         "disab"))
    )  # fmt: skip
    yield (
        "What could fall on one group more than another: where tags work badly (indoors, "
        "underground, in the country), whose hours of work or worship cross a curfew, whose skin "
        "or health a tag harms, whom police record more often, who reads English."
    )
    yield "## Protected characteristics held"
    if held:
        yield f"Columns: {', '.join(held)}."
    elif any(one.name == DESCRIBED for one in running.tables):
        yield (
            f"`{DESCRIBED}`, apart from the case and sealed as one text: what wearers say of "
            "themselves, each question with *prefer not to say*. No rank, rule, match or sample "
            "reads it (`evaluation/self_described.py` alone does, and lets rounded counts out); "
            "no officer reads an answer. Whether alerts, breaches or matches fall on one group "
            "more than another **is not yet worked out from it**."
        )
    else:
        yield (
            "None in any table: so no rank, rule, match or sample can take one, and no figure can "
            "yet be shown by group. Whether alerts, breaches or matches fall on one group more "
            "than another **cannot be told until such data are held apart, with a permission of "
            "their own**."
        )
    yield "## What is done without them"
    yield (
        "- Ranks of alerts take kind, depth, certainty, recorded risk and upheld history, never a "
        "characteristic or an area; a swap of group changes no rank (tests/properties/"
        "test_alert_harm.py).\n"
        "- Time without data is shown as such and counts against nobody.\n"
        "- Rules are measured in worlds with a known truth, errors by place among them (docs/"
        "truth.md).\n"
        "- Appointments, worship and health are asked about before hours are proposed (orders/"
        "lint.py), and an agreed absence takes time out.\n"
        "- Words to wearers are plain, in English or Welsh; other languages need an interpreter."
    )


def _code(running: Running) -> Iterator[str]:
    del running
    rows = [(one.says, f"`{one.kept_by}`", f"`{one.shown_by}`") for one in RULES]
    yield _table(("rule", "kept by", "shown by"), rows)


def _purposes(running: Running) -> str:
    return _table(
        ("purpose", "by what right", "who", "one look covers", "shows"),
        [
            (one.words, one.law, ", ".join(role.replace("_", " ") for role in one.roles) or "-",
             one.window or "no place",
             ("every fix" if one.whole else "what bears on the order") if one.window else "-")
            for one in running.purposes
        ],
    )  # fmt: skip


def _recipients(running: Running) -> str:
    return _table(
        ("recipient", "what", "by what right", "in use"),
        [(one.who, one.what, one.law, "yes" if one.in_use else "no") for one in running.recipients],
    )


def _kept(running: Running) -> str:
    return _table(
        ("kept as", "what", "from", "how long", "why"),
        [
            (one.name, one.what, one.counted,
             f"{one.period} ({one.source})" if one.source else one.period, one.purpose)
            for one in running.kept
        ],
    )  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


_BODIES: dict[Part, Callable[[Running], Iterator[str]]] = {
    Part.IMPACT: _impact,
    Part.PROCESSING: _processing,
    Part.SHARING: _sharing,
    Part.EQUALITY: _equality,
    Part.CODE: _code,
}
