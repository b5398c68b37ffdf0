"""Before you meet: one page of facts for whoever meets a person, the note, the weekly review."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now, read_instant, write_instant
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import case_of, person_orders
from waypost.telling.actions import say_well_done
from waypost.telling.praising import weeks_of
from waypost.voice import answering, notes
from waypost.voice.letters import letters_of
from waypost.voice.meeting import facts_of
from waypost.voice.notes import Reviewed
from waypost.voice.values import Side, Stage
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import meeting as present
from waypost.web.who import signed_in


def meet(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: the facts of the last week. POST: praise, keep a note, finish the week's review."""
    by, at, sent = signed_in(request), now(), request.POST
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=at))
    if person_orders([person_id])[0].details.get("protected"):
        raise NoSuchThing(may.NO_SUCH_PERSON)
    trouble = ""
    if request.method == "POST":
        said, trouble = tried(lambda: _act(request, person_id, by, at))
        if said is not None:
            messages.success(request, said)
            here = sent.get("act") != "finish"
            return redirect("meet", person_id=person_id) if here else redirect("people")
    facts = facts_of(person_id, by, now=at)
    kept = notes.notes_of(person_id, by, now=at)
    draft = notes.draft(facts, now=at)
    words = {
        "facts": present.facts(facts),
        "person_id": person_id,
        "draft": draft,
        "note_words": sent.get("note", draft) if trouble else draft,
        "from_text": write_instant(facts.from_at),
        "to_text": write_instant(facts.to_at),
        "notes": kept,
        "reviews": notes.reviews_of(person_id, by, now=at),
        "weeks": weeks_of(person_id, by, now=at),
        "asked": answering.asked_about(person_id, by, now=at),
        "answered": present.answered(answering.status_of(person_id, by, now=at)),
        "letters": letters_of(person_id, by, now=at),
        "said": sent,
        "trouble": trouble,
        "trouble_at": "words" if sent.get("act") == "finish" else "note",
    }
    return render(request, "waypost/meet.html", words, status=422 if trouble else 200)


def asked(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: what the officer is asked of one of their people. POST: the answers."""
    by, at, sent = signed_in(request), now(), request.POST
    found = answering.asked_about(person_id, by, now=at)
    trouble = ""
    if request.method == "POST":

        def act() -> bool:
            stage = stage_of(sent.get("stage", ""))
            order = sent.get("order", "")
            answering.answer(person_id, Side.PRACTITIONER, stage, order, sent.dict(), by=by, now=at)
            return True

        done, trouble = tried(act)
        if done:
            messages.success(request, "Thank you. Your answers are kept apart from the case.")
            return redirect("meet", person_id=person_id)
    words = {
        "asked": found, "person_id": person_id, "said": sent, "trouble": trouble, "own": False,
        "trouble_at": "questions",
    }  # fmt: skip
    return render(request, "waypost/questions.html", words, status=422 if trouble else 200)


def stage_of(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError:
        raise NoSuchThing("Nothing is asked here.") from None


def _act(request: HttpRequest, person_id: int, by: Posted, at: datetime) -> str:
    sent = request.POST
    if sent.get("act") == "praise":
        week = number_of(sent.get("week", ""), "a week")
        if week not in {one.week_id for one in weeks_of(person_id, by, now=at)}:
            raise NoSuchThing("There is no such week.")
        say_well_done(week, by=by, now=at)
        return "They are told that you saw it."
    if sent.get("act") == "change":
        notes.keep_note(
            person_id, at, at, sent.get("note", ""), by=by, now=at,
            number=number_of(sent.get("number", ""), "a note"),
            expected_version=number_of(sent.get("version", ""), "a note"),
        )  # fmt: skip
        return "The note is kept, as a new version."
    from_at, to_at = _span(request)
    if sent.get("act") == "note":
        notes.keep_note(person_id, from_at, to_at, sent.get("note", ""), by=by, now=at)
        return "The note is kept."
    if sent.get("act") != "finish":
        raise Refused("Choose what to do.")
    reviewed = Reviewed(
        from_at, to_at, sent.get("note", ""), sent.get("words", ""),
        nothing_further=sent.get("further", "nothing") == "nothing",
    )  # fmt: skip
    notes.finish_review(person_id, reviewed, by=by, now=at)
    return "The week is gone through."


def _span(request: HttpRequest) -> tuple[datetime, datetime]:
    try:
        return read_instant(request.POST["from"]), read_instant(request.POST["to"])
    except (KeyError, ValueError, OverflowError):
        raise Refused("Reload the page: the week that it is about was lost.") from None
