"""A match under review as pages show it: without its wearer on the list, with them once opened."""

from __future__ import annotations

from typing import Any

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import read_instant
from waypost.review.exhibits import scene_of
from waypost.review.lifecycle import ACT_WORDS, STATUS_WORDS
from waypost.review.queries import SHOWN, AlertSeen, ReviewPage, WorkList, WorkRow
from waypost.review.usual import HOURS_A_BAND, Usual
from waypost.review.values import OUTCOME_WORDS, WHY_WORDS, Act, Outcome, Status, Why
from waypost.web.presenters import matching, shapes, short_track
from waypost.web.presenters.track_rows import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import crime, length, metres

TAB_WORDS = {
    "to-decide": "To decide", "to-approve": "To approve", "agreed": "Approved and referred",
    "over": "Rejected and withdrawn",
}  # fmt: skip
TROUBLE_AT = {
    Act.QUALIFY: "words-qualify", Act.REJECT: "words-reject", Act.ASK_MORE: "words-ask_more",
    Act.APPROVE: "words-approve", Act.SEND_BACK: "words-send_back", Act.REFER: "words-refer",
    Act.RECORD_OUTCOME: "words-record_outcome", Act.WITHDRAW: "words-withdraw",
    Act.REOPEN: "words-reopen", "make_alert": "statement", "approve_alert": "words-approve_alert",
    "send_alert": "outside", "make_opinion": "opinion",
}  # fmt: skip
DONE_WORDS: dict[str, str] = {act.value: words for act, words in ACT_WORDS.items()} | {
    "newer_run": "changed by a newer run"
}


def first_shown(by: Posted) -> str:
    """What waits for this role."""
    if may.decide(by, Permission.MATCH_REVIEW).allowed:
        return "to-decide"
    return "to-approve" if may.decide(by, Permission.MATCH_APPROVE).allowed else "agreed"


def tabs(found: WorkList, shown: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "words": TAB_WORDS[name],
            "count": sum(found.counts.get(one, 0) for one in statuses),
            "here": name == shown,
        }
        for name, statuses in SHOWN.items()
    ]


def row(one: WorkRow) -> dict[str, Any]:
    offence = one.offence
    return {
        "number": one.review_id,
        "reference": offence.reference,
        "force": offence.force,
        "crime": crime(offence.crime_type),
        "from_at": offence.from_at,
        "to_at": offence.to_at,
        "score": matching.share(one.score),
        "verdict": one.verdict,
        "ratio": "" if one.ratio is None else matching.ratio_words(one.ratio),
        "nearest": matching.nearest_words(one.nearest_m, one.nearest_spread_m),
        "inside": length(one.seconds_inside),
        "coverage": "not known" if one.coverage is None else f"{100 * one.coverage:.0f} %",
        "status": one.status.value,
        "status_words": STATUS_WORDS[one.status],
        "gone": one.gone,
        "open_until": one.open_until,
    }


def opened(page: ReviewPage) -> dict[str, Any]:
    """What the page says of an opened match."""
    match = page.match
    assert match is not None, "an opened match is there"
    words: dict[str, Any] = {
        "match": matching.row(match),
        "story": [
            {
                "at": one.at, "who": one.who, "words": one.words,
                "said": DONE_WORDS.get(one.act, one.act),
                "why": WHY_WORDS[Why(one.why)] if one.why else "",
                "outcome": OUTCOME_WORDS[Outcome(one.outcome)] if one.outcome else "",
            }
            for one in page.story
        ],
        "rivals": [
            {
                "number": one.review_id, "score": matching.share(one.score),
                "verdict": one.verdict, "status": one.status.value,
                "said": "no longer listed" if one.gone else STATUS_WORDS[one.status],
            }
            for one in page.rivals
        ],
        "alerts": [alert(one, page) for one in page.alerts],
        "usual": usual_shown(page.usual) if page.usual is not None else None,
        "may_make": _may_make(page),
    }  # fmt: skip
    scene = {
        "meaning": "scene",
        "label": f"Place of {match.offence.reference}",
        "geometry": shapes.area_of(scene_of(match.offence)),
    }
    if page.track is None:
        data = matching.map_data(match)
        return words | {
            "data": data, "key": matching.key_of(match), "steps": matching.fix_rows(match),
            "whole_track": False, "last_place": len(data["fixes"]) - 1,
        }  # fmt: skip
    labels = {read_instant(fix["at"]): fix for fix in match.fixes}
    data = short_track.map_data(page.track, [scene])
    steps = []
    for n, fix in enumerate(page.track.rows):
        counted = labels.get(fix.measured_at)
        steps.append(
            {
                "n": n,
                "at": fix.measured_at,
                "how": MECHANISM_SIGNS[fix.mechanism][1],
                "within": metres(fix.accuracy_m),
                "label": counted["label"] if counted else "",
                "distance": metres(counted["distance_m"]) if counted else "",
                "overlap": f"{100 * counted['overlap']:.0f} %" if counted else "",
                "aside": "" if fix.used else fix.words,
            }
        )
        if counted:
            data["fixes"][n]["words"] = f"{counted['label']}: {data['fixes'][n]['words']}"
    return words | {
        "data": data, "key": short_track.key_of(page.track, [scene]), "steps": steps,
        "summary": short_track.summary(page.track), "whole_track": True,
        "last_place": len(data["fixes"]) - 1,
    }  # fmt: skip


def _may_make(page: ReviewPage) -> bool:
    agreed = page.row.status in (Status.APPROVED, Status.REFERRED, Status.CONCLUDED)
    return agreed and page.row.mine and not page.row.gone


def alert(one: AlertSeen, page: ReviewPage) -> dict[str, Any]:
    return {
        "number": one.number, "alert_id": one.alert_id, "made_by": one.made_by,
        "signed_at": one.signed_at, "approved_by": one.approved_by, "approved_at": one.approved_at,
        "sent_at": one.sent_at, "recipients": one.recipients, "documents": one.documents,
        "corrections": one.corrections, "letters": one.letters,
        "may_approve": one.approved_at is None and "second" in page.doers and not one.made_by_asker
        and not page.row.mine,
        "may_send": one.approved_at is not None and one.sent_at is None and "analyst" in page.doers,
        "may_opine": "analyst" in page.doers,
    }  # fmt: skip


def usual_shown(found: Usual) -> dict[str, Any]:
    """The pattern in words and in bands of three hours, each with what it is a share of."""
    if not found.enough:
        said = f"Not enough data: {found.days} of the 14 days before have fixes."
    elif not found.days_there:
        said = f"Not seen at the place on any of {found.days} days with fixes in the two weeks."
    else:
        said = f"Seen at the place on {found.days_there} of {found.days} days with fixes."
    return {
        "said": said,
        "bands": [
            {
                "hours": f"{n * HOURS_A_BAND:02d}:00 to {(n + 1) * HOURS_A_BAND:02d}:00",
                "there": there, "days": days,
            }
            for n, (days, there) in enumerate(found.bands)
        ],
        "enough": found.enough,
    }  # fmt: skip
