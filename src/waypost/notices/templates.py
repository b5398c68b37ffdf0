"""The words of notices. They cross other people's servers: ids and links, never names or places.

A template is a subject, a text and a short text for telephones; what fills them are ids, counts,
kinds and instants. `problems_of` is what an agency's own text must pass: nothing but the words that
its template has may be filled in, so that no text can bring out a name or a place.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waypost.notices.shorts import SHORTS
from waypost.notices.welsh import WELSH

SUBJECT_MAX, TEXT_MAX, SHORT_MAX = 120, 4000, 300  # characters; Notify cuts texts at 918


@dataclass(frozen=True, slots=True)
class Template:
    """version 0 is the code's own."""

    subject: str
    text: str
    short: str
    version: int = 0


TEMPLATES: dict[str, tuple[str, str]] = {
    "alert_raised": (
        "Waypost: alert {alert_id} raised",
        "Alert {alert_id} was raised at {raised_at} and waits for you.\n"
        "Kind: {kind}. Urgency: {urgency}.\n\n"
        "Sign in to Waypost and open /alerts/{alert_id}\n",
    ),
    "alert_confirmed": (
        "Waypost: alert {alert_id} confirmed",
        "What alert {alert_id} speaks of is now certain ({raised_at}).\n"
        "Kind: {kind}. Urgency: {urgency}.\n\n"
        "Sign in to Waypost and open /alerts/{alert_id}\n",
    ),
    "alert_withdrawn": (
        "Waypost: alert {alert_id} withdrawn by later fixes",
        "Fixes that came later took back what alert {alert_id} was raised for.\n"
        "It stays in the inbox until somebody closes it.\n\n"
        "Sign in to Waypost and open /alerts/{alert_id}\n",
    ),
    "alert_escalated": (
        "Waypost: nobody has attended alert {alert_id}",
        "Alert {alert_id} was to be attended by {attend_by}, and nobody has come.\n"
        "Kind: {kind}. Urgency: {urgency}. You are told because you are on duty.\n\n"
        "Sign in to Waypost and open /alerts/{alert_id}\n",
    ),
    "contract_late": (
        "Waypost: contract {contract_id} is late",
        "Contract {contract_id} about an order was not received or answered in time. Until it is, "
        "nobody has said that the order is monitored as it stands.\n\n"
        "Sign in to Waypost and open /contracts/{contract_id}\n",
    ),
    "contract_asked": (
        "Waypost: contract {contract_id} is asked about",
        "The provider asks about contract {contract_id}, which is about an order of a case of "
        "yours. What they ask stands on its page.\n\n"
        "Sign in to Waypost and open /contracts/{contract_id}\n",
    ),
    "visit_no_access": (
        "Waypost: no access at visit {visit_id}",
        "Visit {visit_id} ({purpose}) at {at} found no access; it was {window}.\n"
        "The reason given stands on the person's page.\n\n"
        "Sign in to Waypost and open /people/{person_id}\n",
    ),
    "visit_refused": (
        "Waypost: visit {visit_id} was refused",
        "At visit {visit_id} ({purpose}) at {at} the person would not have it done; it was "
        "{window}.\nThe reason given stands on the person's page.\n\n"
        "Sign in to Waypost and open /people/{person_id}\n",
    ),
    "channel_dead": (
        "Waypost: the channel {channel} takes nothing (alarm {alarm_id})",
        "Notices by {channel} do not go out: {because}. Those who have another contact are told "
        "by that; the others wait, and none is lost.\n\n"
        "Sign in to Waypost and open /system\n",
    ),
    "notification_sent": (
        "Waypost: breach notification {notification_id} for your force",
        "Breach notification {notification_id} was sent to your force. Please acknowledge it by "
        "{by}.\n\nSign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_supplied": (
        "Waypost: more on breach notification {notification_id}",
        "What your force wanted of breach notification {notification_id} was supplied. Please "
        "answer it by {by}.\n\nSign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_corrected": (
        "Waypost: breach notification {notification_id} was corrected",
        "Something said in breach notification {notification_id} was wrong and has been put "
        "right. Do not rely on the earlier paper.\n\n"
        "Sign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_withdrawn": (
        "Waypost: breach notification {notification_id} is WITHDRAWN",
        "Breach notification {notification_id} is withdrawn. Do not act on it any more, and say "
        "in Waypost that you know.\n\n"
        "Sign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_more_wanted": (
        "Waypost: the police want more on notification {notification_id}",
        "The force wants more before it answers breach notification {notification_id}. Please "
        "supply it by {by}; until then its own time stands still.\n\n"
        "Sign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_answered": (
        "Waypost: the police answered notification {notification_id}",
        "The force answered breach notification {notification_id}: {answer}.\n\n"
        "Sign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_result": (
        "Waypost: news from the police on notification {notification_id}",
        "Breach notification {notification_id} is now: {status}.\n\n"
        "Sign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "notification_late": (
        "Waypost: breach notification {notification_id} is over its time",
        "What was to happen with breach notification {notification_id} has not happened in time. "
        "It is: {status}.\n\nSign in to Waypost and open /notifications/{notification_id}\n",
    ),
    "emergency_opened": (
        "Waypost: emergency access {emergency_id} was opened",
        "An officer opened a case that is not theirs, with a reason (emergency access "
        "{emergency_id}). It is to be reviewed by {by}.\n\n"
        "Sign in to Waypost and open /oversight\n",
    ),
    "emergency_unreviewed": (
        "Waypost: emergency access {emergency_id} was not reviewed in time",
        "Emergency access {emergency_id} was to be reviewed by {by}, and nobody has done so.\n\n"
        "Sign in to Waypost and open /oversight\n",
    ),
    "disclosure_submitted": (
        "Waypost: request {request_id} waits to be checked",
        "Request {request_id} for location data waits to be checked.\n\n"
        "Sign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_returned": (
        "Waypost: more is wanted for request {request_id}",
        "Before request {request_id} can be decided, more is wanted from you. Its time stands "
        "still until then.\n\nSign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_checked": (
        "Waypost: request {request_id} waits for your leave",
        "Request {request_id} for location data was checked and waits for your decision.\n\n"
        "Sign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_answered": (
        "Waypost: request {request_id} has been decided",
        "Request {request_id} has been decided.\n\n"
        "Sign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_urgent": (
        "Waypost: URGENT call {request_id} waits for you",
        "Urgent request {request_id} was made by telephone. You are told because you are on call."
        "\n\nSign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_paper": (
        "Waypost: the paper form of request {request_id} is wanted",
        "The place asked for in urgent request {request_id} was told by telephone. Its paper form "
        "is due within 24 hours of that.\n\n"
        "Sign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_review": (
        "Waypost: urgent request {request_id} is to be reviewed",
        "Urgent request {request_id} was decided by telephone and is to be reviewed by somebody "
        "who had no part in it.\n\nSign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_outcome": (
        "Waypost: what came of request {request_id}?",
        "Request {request_id} was answered some weeks ago. Please say what came of it, even if "
        "nothing did.\n\nSign in to Waypost and open /requests/{request_id}\n",
    ),
    "disclosure_late": (
        "Waypost: request {request_id} is over its time",
        "What was to happen with request {request_id} has not happened in time.\n\n"
        "Sign in to Waypost and open /requests/{request_id}\n",
    ),
    "reminder_appointment": (
        "A reminder",
        "You have an appointment on {at}. Be there from the start to the end.\n"
        "If you cannot go, ring your officer before then.\n",
    ),
    "reminder_curfew": (
        "A reminder",
        "Your curfew begins on {at}. Be home by then.\n"
        "If something stops you, ring your officer now.\n",
    ),
    "reminder_battery": (
        "A reminder",
        "The battery of your tag is low. {lasts} Charge it now, until it says that it is full.\n",
    ),
    "praise": (
        "Well done",
        "Well done. You kept to everything that your order asks of you in the week from {week}.\n"
        "Your officer saw it and asked us to tell you.\n",
    ),
    "absence_asked": (
        "Waypost: a wearer asks to be away (request {request_id})",
        "Request {request_id} waits for your answer, by {due_by}.\n\n"
        "Sign in to Waypost and open /absences/{request_id}\n",
    ),
    "absence_stand_in": (
        "Waypost: request {request_id} to be away waits for the monitoring centre",
        "Whoever is responsible has not answered request {request_id}, or cannot in time. Please "
        "answer it in their place; it was due by {due_by}.\n\n"
        "Sign in to Waypost and open /absences/{request_id}\n",
    ),
    "absence_granted": (
        "The answer is yes",
        "You asked first, and the answer is yes: from {from_words} to {to_words}.\n"
        "Keep to everything else that your order says. After that, it is as before.\n",
    ),
    "absence_refused": (
        "The answer is no",
        "You asked to be away from {from_words} to {to_words}. The answer is no, and your order "
        "stays as it is.\nSign in to read why, or ring your officer.\n",
    ),
    "absence_unanswered": (
        "Nobody has answered you yet",
        "You asked to be away from {from_words} to {to_words}. Nobody answered in time. We are "
        "sorry. Nothing has changed: do what your order says, and ring your officer.\n",
    ),
    "complaint_waiting": (
        "Waypost: complaint {case_id} waits for an answer",
        "Complaint {case_id} of a wearer waits for an answer by {due_by}. Whoever it is about does "
        "not answer it.\n\nSign in to Waypost and open /complaints/{case_id}\n",
    ),
    "complaint_answered": (
        "We have answered your complaint",
        "We have answered your complaint. Sign in to read it, or ask for it on paper.\n",
    ),
    "week_kept": (
        "Waypost: {count} kept to their order in the week from {week}",
        "{count} of the people you are responsible for kept to everything that was asked of them "
        "in the week from {week}. You may tell them that you saw it.\n\n"
        "Sign in to Waypost and open /people\n",
    ),
    "near": (
        "Please take care",
        "The person who must keep away from you may have come closer than they are allowed to. "
        "We cannot say where.\n"
        "Please take care now. Go to a safe place, or stay in one.\n"
        "If you are in danger, ring 999. To talk to us, ring {ring}.\n",
    ),
    "near_over": (
        "An update",
        "We asked you to take care. As far as we can tell, that is over.\n"
        "If you are worried, ring {ring}. If you are in danger, ring 999.\n",
    ),
    "near_corrected": (
        "An update",
        "We asked you to take care. We know now that it was a mistake. We are sorry.\n"
        "To talk to us, ring {ring}. If you are in danger, ring 999.\n",
    ),
    "near_quiet": ("{code}", "{code}. Please do now what we agreed. Our number: {ring}.\n"),
    "near_quiet_over": ("{code}", "{code}. What we agreed is not needed any more. {ring}\n"),
    "near_quiet_corrected": ("{code}", "{code}. It was not needed after all. Sorry. {ring}\n"),
    "near_untold": (
        "Waypost: ring the protected person of alert {alert_id}",
        "The protected person of alert {alert_id} wishes to be told, and no message has reached "
        "them: {because}. Ring them now, as was agreed with them.\n\n"
        "Sign in to Waypost and open /alerts/{alert_id}\n",
    ),
    "breach_proposed": (
        "Waypost: a breach case waits for your decision (case {case_id})",
        "What was upheld has begun case {case_id}. Decide what follows by {due_by}.\n"
        "Waypost proposes a step and says why; it takes none.\n\n"
        "Sign in to Waypost and open /enforcement/{case_id}\n",
    ),
    "breach_overdue": (
        "Waypost: the next step of breach case {case_id} is overdue",
        "Case {case_id} stands at {step} and its next step was due by {due_by}.\n\n"
        "Sign in to Waypost and open /enforcement/{case_id}\n",
    ),
    "breach_fell": (
        "Waypost: nothing stands any more that breach case {case_id} rests on",
        "What case {case_id} was begun for has been withdrawn, or is no longer upheld, and "
        "somebody has acted on it ({step}). Decide what follows.\n\n"
        "Sign in to Waypost and open /enforcement/{case_id}\n",
    ),
    "match_referred": (
        "Waypost: a match was referred to your unit (review {review_id})",
        "A match between a recorded offence and a tag was referred to your unit. It is no proof "
        "that anybody did anything: read what it does and does not show.\n\n"
        "Sign in to Waypost and open /review/{review_id}\n",
    ),
    "check_late": (
        "Waypost: check {check_id} is not answered (assessment {assessment_id})",
        "Check {check_id} was asked for and is not answered by its day. Chase it, and write down "
        "that you did; you are told again every other day.\n\n"
        "Sign in to Waypost and open /suitability/{assessment_id}\n",
    ),
    "task_moved": (
        "Waypost: a task of a police team waits for you (task {task_id})",
        "Something happened to task {task_id}: it was sent, answered, returned or withdrawn.\n\n"
        "Sign in to Waypost and open /iom/tasks/{task_id}\n",
    ),
    "correction_made": (
        "Waypost: correction {number} of {statement}",
        "Something that you were told has been corrected: correction {number} of {statement}.\n"
        "Read it before you act on what you had, and say that you have it.\n\n"
        "Sign in to Waypost and open /corrections/{correction_id}\n",
    ),
    "correction_own": (
        "Something we told you was wrong",
        "Something that we told you has been put right (correction {number}).\n"
        "Sign in to read it, or ask your officer.\n",
    ),
    "correction_of_yours": (
        "Waypost: what you sent was corrected ({statement})",
        "Correction {number} of {statement} went to all who had it.\n\n"
        "Sign in to Waypost and open /corrections/{correction_id}\n",
    ),
    "correction_to_pass_on": (
        "Waypost: pass on correction {number} of {statement}",
        "Somebody who has no account here had {statement}. Give them correction {number} and write "
        "down who has it.\n\n"
        "Sign in to Waypost and open /corrections/{correction_id}\n",
    ),
    "correction_unacknowledged": (
        "Waypost: nobody has acknowledged correction {number} of {statement}",
        "Correction {number} of {statement} was sent, and a recipient has not said that they have "
        "it. Ring them.\n\n"
        "Sign in to Waypost and open /corrections/{correction_id}\n",
    ),
    "subject_access_asked": (
        "Waypost: somebody asks for their own data (request {request_id})",
        "Request {request_id} for a person's own data is to be answered by {due_by}.\n\n"
        "Sign in to Waypost and open /subject-access/{request_id}\n",
    ),
    "subject_access_near": (
        "Waypost: request {request_id} for somebody's own data is due by {due_by}",
        "Request {request_id} is not answered yet, and the law gives until {due_by}.\n\n"
        "Sign in to Waypost and open /subject-access/{request_id}\n",
    ),
    "subject_access_late": (
        "Waypost: request {request_id} for somebody's own data is OVERDUE",
        "Request {request_id} was to be answered by {due_by}, and is not.\n\n"
        "Sign in to Waypost and open /subject-access/{request_id}\n",
    ),
    "subject_access_ready": (
        "What you asked us for is ready",
        "What you asked us for is ready. Sign in to fetch it, or ask your officer.\n",
    ),
    "subject_access_extended": (
        "What you asked us for takes longer",
        "What you asked us for takes longer: until {due_by}. Sign in to read why.\n",
    ),
    "subject_access_refused": (
        "About what you asked us for",
        "We have answered what you asked us for. Sign in to read it, or ask your officer.\n",
    ),
    "removal_due": (
        "Waypost: a tag is to be removed (activation {activation_id})",
        "Since {since} no requirement needs the tag of activation {activation_id}. What it sends "
        "is sealed and nobody sees it. It is to come off by {deadline}.\n\n"
        "Sign in to Waypost and open /fitting\n",
    ),
}
# What each word is, for those who write their own texts; shown on the preview too.
SAMPLE: dict[str, Any] = {
    "activation_id": 7, "alarm_id": 3, "answer": "arrest", "by": "2026-03-02 12:15:00 UTC",
    "notification_id": 12, "status": "answered", "alert_id": 17, "at": "2026-03-02 12:00:00 UTC",
    "attend_by": "2026-03-02 12:04:00 UTC",
    "because": "it failed 5 times in a row", "channel": "sms", "case_id": 6, "correction_id": 5,
    "code": "Your library books", "count": 3,
    "deadline": "2026-03-04 12:00:00 UTC",
    "due_by": "2026-03-04 17:00 UTC", "from_words": "Tuesday 3 March at 18:00",
    "to_words": "Tuesday 3 March at 22:00", "kind": "exclusion", "number": 1, "person_id": 5,
    "lasts": "It may last about 4 hours.", "ring": "020 7946 0000", "week": "Monday 2 March",
    "purpose": "fitting", "request_id": 4, "raised_at": "2026-03-02 12:00:00 UTC",
    "since": "2026-03-02 12:00:00 UTC", "step": "referred", "statement": "police notification 17",
    "urgency": 80, "visit_id": 9,
    "window": "within the hours that the order allows",
}  # fmt: skip
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def default(name: str, language: str = "en") -> Template:
    """The code's own; in English where it has none in the language. KeyError when there is none at
    all: a mistake of ours."""
    if language == "cy" and name in WELSH:
        return Template(*WELSH[name])
    subject, text = TEMPLATES[name]
    return Template(subject, text, SHORTS.get(name, f"{subject}. Sign in to see it."))


def is_written(name: str, language: str) -> bool:
    """Whether the code itself has the text in the language."""
    return language == "en" or (language == "cy" and name in WELSH)


def allowed(name: str) -> frozenset[str]:
    """The words that a text of this template may be filled with."""
    own = default(name)
    return frozenset().union(*(fields(part) for part in (own.subject, own.text, own.short)))


def fields(text: str) -> frozenset[str]:
    """The words that a text asks for. ValueError when its braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def problems_of(name: str, said: Template) -> list[str]:
    """What is wrong with an agency's own text, in sentences; empty: it may be used."""
    found: list[str] = []
    parts = (("subject", said.subject, SUBJECT_MAX), ("text", said.text, TEXT_MAX),
             ("short text", said.short, SHORT_MAX))  # fmt: skip
    for part, text, most in parts:
        if not text.strip():
            found.append(f"The {part} is empty.")
        if len(text) > most:
            found.append(f"The {part} has {len(text)} characters; at most {most} are sent.")
        if ESCAPES.search(text) or (part != "text" and "\n" in text):
            found.append(f"The {part} holds a line break or a character that cannot be sent.")
        found += _bad_words(name, part, text)
    return found


def _bad_words(name: str, part: str, text: str) -> list[str]:
    try:
        asked = list(string.Formatter().parse(text))
    except ValueError:
        return [f"The braces of the {part} do not match; write a word as {{alert_id}}."]
    words = ", ".join(f"{{{word}}}" for word in sorted(allowed(name)))
    return [
        f"The {part} asks for {{{word}}}; the words of this notice are {words or 'none'}."
        for _, word, spec, conversion in asked
        if word is not None and (word not in allowed(name) or spec or conversion)
    ]


def fill(template: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text. KeyError when the template or a word is missing: a mistake of ours."""
    subject, text, _ = filled(default(template), words)
    return subject, text


def filled(said: Template, words: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and short text with their words."""
    subject, text, short = (
        part.format_map(words) for part in (said.subject, said.text, said.short)
    )
    return subject, text, short


def preview(said: Template) -> tuple[str, str, str]:
    """As it would be sent, with made-up ids and times."""
    return filled(said, SAMPLE)


def gathered(lines: Sequence[tuple[str, str, str]]) -> tuple[str, str, str]:
    """Several notices as one message: each one's subject a line, most urgent first."""
    subjects = "\n".join(f"- {subject.removeprefix('Waypost: ')}" for subject, _, _ in lines)
    count = len(lines)
    return (
        f"Waypost: {count} notices",
        f"{count} notices:\n\n{subjects}\n\nSign in to Waypost and open /inbox\n",
        f"Waypost: {count} notices. Sign in and open the inbox.",
    )
