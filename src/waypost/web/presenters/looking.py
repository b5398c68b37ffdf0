"""Who looked at a person's data, as people read it: by day, said once however often it was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waypost.access.queries import SeenLine
from waypost.web.templatetags.waypost import when_words, words

DONE: dict[str, str] = {
    "person:viewed": "looked at the person’s page",
    "person:viewed_own": "looked at their own page",
    "track:viewed": "looked at where the tag was",
    "reports:viewed": "looked at what the tag reported",
    "alert:viewed": "read an alert",
    "contact:added": "wrote down how the person is told things",
    "reminders:viewed": "looked at how the person is reminded",
    "reminders:chosen": "chose what the person is reminded of",
    "reminders:reached": "wrote down how the person is reminded",
    "reminders:unreached": "ended a way to remind the person",
    "praise:said": "had the person told that a week was kept",
    "contact:ended": "ended a way in which the person is told things",
    "violation:viewed": "read why something was judged a violation",
    "alert:acknowledged": "saw an alert and said so",
    "alert:taken_in_hand": "started to deal with an alert",
    "alert:noted": "wrote a note on an alert",
    "alert:explained": "wrote down the excuse for an alert",
    "alert:upheld": "decided that an alert stands",
    "alert:closed": "closed an alert",
    "alert:reopened": "opened an alert again",
    "risk:viewed": "read which risks of harm are written down",
    "risk:recorded": "wrote down a risk of harm",
    "risk:ended": "ended a risk of harm that was written down",
    "alert:snoozed": "put an alert off for a time",
    "suspension:agreed": "agreed on a time in which alerts call nobody",
    "suspension:ended": "ended a time in which alerts called nobody",
    "alert:viewed_as_known": "read an alert as it was known at a time",
    "alert:exported": "made a signed account of an alert",
    "alert:step_done": "did a step about an alert",
    "account:taken": "wrote down what was said about an alert",
    "account:decided": "decided whether that was reasonable",
    "account:absence_made": "made time off from what was said",
    "absence:authorised": "gave time off from a requirement",
    "absence:asked": "asked first to be away",
    "absence:viewed": "read what was asked first",
    "absence:granted": "said yes to what was asked first",
    "absence:granted_other": "said yes, for other hours, to what was asked first",
    "absence:refused": "said no to what was asked first",
    "absence:withdrawn": "took back what was asked first",
    "absence:unanswered": "did not answer in time what was asked first",
    "absence:late": "was told that what was asked first waits",
    "meeting:prepared": "got ready to meet the person",
    "contact_note:kept": "wrote a note about a contact",
    "week:reviewed": "went through a week",
    "own_page:printed": "printed the person’s own page for them",
    "way_in:given": "made a letter to sign in with",
    "way_in:used": "signed in with a letter",
    "goal:written": "wrote down a goal",
    "questions:answered": "answered questions",
    "complaint:made": "complained",
    "complaint:viewed": "read a complaint",
    "complaint:answered": "answered a complaint",
    "complaint:answered_again": "answered a complaint a second time",
    "complaint:asked_again": "asked that a complaint be looked at again",
    "complaint:accepted": "found the answer to a complaint fine",
    "complaint:withdrawn": "took a complaint back",
    "complaint:late": "was told that a complaint waits",
    "alert:contested": "said that a decision is wrong",
    "contest:risk_recorded": "wrote down why a decision counts before it is looked at again",
    "contest:decided": "looked at a decision again",
    "breach:viewed": "read what follows from a decision",
    "breach:warning_given": "gave a warning",
    "breach:referred": "sent a breach on for a court",
    "breach:no_action": "decided that nothing follows from a breach",
    "breach:not_taken_on": "decided not to take a breach to a court",
    "breach:information_laid": "took a breach to a court",
    "breach:hearing": "wrote down what a court decided",
    "breach:recall_requested": "asked for a recall",
    "breach:recall_endorsed": "agreed that recall is asked for",
    "breach:recall_decided": "wrote down what was decided on recall",
    "breach:returned_to_custody": "wrote down a return to prison",
    "breach:police_notified": "told the police of a breach",
    "breach:police_answered": "wrote down what the police answered",
    "breach:arrested": "wrote down an arrest",
    "breach:before_court": "wrote down what a court decided",
    "breach:decided": "wrote down what was decided about a breach",
    "breach:withdrawn": "withdrew a breach",
    "breach:closed": "closed a breach case",
    "document:drawn": "wrote a letter or report",
    "document:opened": "opened a letter or report",
    "court_reviews:viewed": "looked at your court reviews",
    "court_review:moved": "wrote about a court review",
    "budget:allocated": "gave you a budget, or changed it",
    "spend:moved": "wrote about something paid for you",
    "statement:relied_on": "sent on something that was found about the person",
    "correction:viewed": "read a correction of something that had been sent on",
    "correction:acknowledged": "said that they have such a correction",
    "officer:made": "made the sign-in",
    "orders:imported": "put in the order",
    "sealed:released": "let out what the tag said before the order was recorded",
    "device:fitted": "put a tag on",
    "device:removed": "took the tag off",
    "device:swapped": "changed the tag for another",
    "visit:recorded": "wrote down a visit",
    "fitting:viewed": "looked at what is to be done about the tag",
    "fitting:watched": "checked that a tag just put on works",
    "fitting:first_fix_seen": "saw that the tag just put on works",
    "fitting:notice_given": "gave the notice about the tag",
    "address:viewed": "looked at which addresses are kept from whom",
    "address:withheld": "entered an address to be kept from somebody",
    "address:released": "ended that an address is kept from somebody",
    "whatif:asked": "asked what a new requirement would have meant",
    "whatif:tried": "read the tag’s last weeks to count what it would have meant",
    "whatif:viewed": "read the counts of such a try",
    "whatif:attached": "put such counts beside an order",
    "subject_access:asked": "asked for everything that is held about the person",
    "subject_access:identified": "wrote down how it is known that they ask",
    "subject_access:viewed": "read where a request for one’s own data stands",
    "subject_access:texts_read": "read what was written freely about the person",
    "subject_access:bundle_asked": "asked for everything held about the person to be put together",
    "subject_access:prepared": "put together everything that is held about the person",
    "subject_access:released": "let the person fetch their data",
    "subject_access:extended": "took more time for a request for one’s own data",
    "subject_access:refused_it": "refused a request for one’s own data",
    "subject_access:fetched": "fetched their own data",
    "deletion:begun": "began to delete data whose time was over",
    "deletion:proved": "made sure that it is gone",
    "match:viewed": "looked at a match with a recorded crime",
    "coverage:viewed": "looked at whether the tag could have been at a recorded crime",
    "series:viewed": "looked at whether the tag was at several recorded crimes",
    "together:viewed": "looked at whose tags were at a recorded crime at once",
    "exclusion:asked": "asked whether the tag could have been at a recorded crime",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One line: who did what that day, why, how often, and whether it was refused."""

    officer: str
    role: str
    did: str
    purpose: str
    refused: bool
    times: int


@dataclass(frozen=True, slots=True)
class LookDay:
    day: str
    looks: tuple[Look, ...]


def by_day(lines: Iterable[SeenLine]) -> list[LookDay]:
    """The lines as they come (newest first), under their days; the same again is counted."""
    days: dict[str, dict[tuple[str, str, str, str, bool], int]] = {}
    for line in lines:
        said = (line.officer, line.role, did(line.kind), line.purpose, line.outcome != "done")
        looks = days.setdefault(when_words(line.at, "day"), {})
        looks[said] = looks.get(said, 0) + 1
    return [
        LookDay(day, tuple(Look(*said, times) for said, times in looks.items()))
        for day, looks in days.items()
    ]


def did(kind: str) -> str:
    """`track:viewed` as a verb phrase; a kind not in the table keeps its own words."""
    asked = kind.removesuffix(":refused")
    return f"asked for {asked.replace('_', ' ')}" if asked != kind else DONE.get(kind, words(kind))
