"""The manual's page on requests for location data, from the tables that the code goes by."""

from __future__ import annotations

from datetime import timedelta


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    return {
        "manual/requests.md": "\n\n".join(
            [*_lifecycle(), *_kinds(), *_clocks(), *_grounds(), *_presence(), *_bundle()]
        )
    }


def _lifecycle() -> list[str]:
    from waypost.disclosure.lifecycle import ACT_WORDS, STATUS_WORDS, moves
    from waypost.disclosure.values import NEXT, STARTS

    arrows = [
        f"    {one.before.value} --> {one.after.value}: {ACT_WORDS[one.act]}" for one in moves()
    ]
    drawn = [
        *(f"    [*] --> {one.value}" for one in STARTS),
        *arrows,
        *(f"    {one.value} --> [*]" for one in NEXT if not NEXT[one]),
    ]
    rows = [
        f"| {STATUS_WORDS[one.before]} | {STATUS_WORDS[one.after]} | {one.words} |"
        for one in moves()
    ]
    return [
        "# Requests for location data",
        "Police, a court, and a wearer or their solicitor ask for location data about the past. A "
        "**checker** finds whom the request means and whether it is too broad, unclear or tenuous; "
        "an **authorising officer** of the rank that the kind needs, who neither asked nor "
        "checked, sees exactly what would be released and grants or refuses it. What is released "
        "is the least that answers. A refusal reads alike whether or not the person asked about "
        "wears a tag: it is made from the request alone.",
        "## How a request moves",
        "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
        _table(["from", "to", "who, and what it asks"], rows),
    ]


def _kinds() -> list[str]:
    from waypost.disclosure.kinds import KINDS, RANK_WORDS, WHAT_WORDS

    rows = []
    for rule in KINDS.values():
        who = ", ".join(sorted(one.value.replace("_", " ") for one in rule.asked_by))
        asked = "; ".join(WHAT_WORDS[one] for one in rule.what)
        ranks = [RANK_WORDS[rule.rank]]
        ranks += [f"{RANK_WORDS[rank]} for: {WHAT_WORDS[what].lower()}"
                  for what, rank in rule.ranks.items()]  # fmt: skip
        if rule.beyond_rank != rule.rank:
            ranks.append(f"{RANK_WORDS[rule.beyond_rank]} for more than is usual")
        usual = f"{_length(rule.window)} of a track"
        if rule.radius_m:
            usual += f"; {_length(rule.place_window)} and {rule.radius_m:.0f} m of a place"
            usual += f" (at most {_length(rule.window_max)}, {rule.radius_m_max:.0f} m)"
        rows.append(
            f"| {rule.words} | {who} | {asked} | {'; '.join(ranks)} | {usual} | "
            f"{_length(rule.download) if rule.download else '-'} | {rule.law} | {rule.source} |"
        )
    return [
        "## Kinds",
        "More than is usual is asked for with a special reason, and then a higher rank decides. "
        "A rank is recorded by an administrator with from and to, and counts once a second one has "
        "confirmed it. Of the police only times under orders that list crime mapping as a lawful "
        "use are looked at; of the others any time in which an order was live.",
        _table(["kind", "filed by", "what may be asked", "who decides", "usual, and at most",
                "can be fetched for", "law", "source"], rows),
    ]  # fmt: skip


def _clocks() -> list[str]:
    from waypost.disclosure import kinds

    rows = [
        f"| Answer, {urgency.value} | {_within(within)} | {within.source} |"
        for urgency, within in kinds.ANSWER.items()
    ]
    rows += [
        f"| {name} | {_within(within)} | {within.source} |"
        for name, within in (
            ("Answer to a wearer or their solicitor, routine", kinds.MONTH),
            ("Paper form after an urgent call", kinds.PAPER),
            ("Review of an urgent call", kinds.REVIEW),
            ("Outcome after an answer", kinds.OUTCOME),
            ("Outcome, asked for again", kinds.OUTCOME_AGAIN),
        )
    ]
    return [
        "## By when",
        "Hours are hours that pass; days and months end with the local day, whatever the clocks "
        "do. While the requester is asked for more the answer’s clock stands; what was left of it, "
        f"and never less than {_length(kinds.LEFT_AT_LEAST)}, is what there is afterwards.",
        _table(["what", "within", "source"], rows),
    ]


def _grounds() -> list[str]:
    from waypost.disclosure.checking import GROUND_WORDS, acceptable
    from waypost.disclosure.values import Kind, Urgency, Wanted, What

    asked = Wanted(Kind.POLICE, What.PRESENCE, Urgency.ROUTINE, None)
    rows = [f"| {words} | {acceptable(asked, one)} |" for one, words in GROUND_WORDS.items()]
    return [
        "## Grounds on which a request is refused or returned",
        "As the requester reads them, of a police request about a person at a place. The machine "
        "finds the first four; a person decides.",
        _table(["ground", "what would be acceptable"], rows),
    ]


def _presence() -> list[str]:
    from waypost.disclosure.places import SMALL
    from waypost.disclosure.presence import DOUBT_TIMES, LIE_M, VERDICT_WORDS, Verdict

    when = {
        Verdict.OBSERVED: "two fixes of the window reach the place, and the whole 95 % circle of "
        "one lies in it",
        Verdict.POSSIBLE: "the circle of a fix of the window touches the place",
        Verdict.EXCLUDED: "no instant of the window is left in which the tag could have come there "
        "and gone again, at the fastest speed that judging goes by; strap, case, radio and clock "
        "were sound, and the tag was on throughout",
        Verdict.CANNOT_TELL: "none of these",
    }
    rows = [f"| {VERDICT_WORDS[one]} | {words} |" for one, words in when.items()]
    return [
        "## Was a tag at a place?",
        f"To exclude, a fix is doubted by the more of {DOUBT_TIMES:.0f} times its circle and "
        f"{LIE_M:.0f} m beyond it, and none rules anything out alone. The answer is of the tag, "
        "never of the person, and names the speed assumed.",
        _table(["answer", "when"], rows),
        "*Was any tagged person at this place then?* is answered with yes, no or cannot tell, and "
        f"how many tags could and could not be judged; fewer than {SMALL} are told as such. Names "
        "are another request, with its own reason, checked and decided apart, and only of tags "
        "that were observed. Two questions about places that overlap can tell more than each: "
        "whoever decides sees what the same requester asked before.",
    ]


def _bundle() -> list[str]:
    from waypost.disclosure.exporting import COLUMNS

    columns = ", ".join(f"`{one}`" for one in COLUMNS)
    return [
        "## What is released",
        "A signed bundle: `answer.pdf` with its watermark on each page, the fixes as `fixes.csv`, "
        "`fixes.geojson` and `fixes.gpx`, `request.json`, `read-me.txt`. The watermark (number, "
        "requester, time) stands at the head of each file. The columns are "
        f"{columns}. `waypost evidence verify` checks it anywhere; `waypost disclosure export` "
        "writes it for somebody who has no account. Each download leaves an audit line, and ends "
        "on its date.",
    ]


def _within(within) -> str:  # type: ignore[no-untyped-def]
    units = {"hours": "hours", "days": "days, to the end of the day", "month": "month"}
    return f"{within.number} {units[within.clock.value]}"


def _length(span: timedelta) -> str:
    hours = round(span.total_seconds() / 3600)
    return f"{hours} h" if hours <= 48 else f"{hours // 24} days"


def _table(heads: list[str], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])
