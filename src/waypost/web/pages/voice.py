"""The wearer's own voice: goals, complaints, answers; and who answers complaints."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.evaluation.cells import cell
from waypost.voice import answering, complaints
from waypost.voice.goals import GoalWritten, own_goals, write_goal
from waypost.voice.letters import own_letters
from waypost.voice.lifecycle import OWN_WORDS, STATUS_WORDS
from waypost.voice.values import ABOUT_WORDS, GOAL_WORDS, About, Act, GoalState, Side
from waypost.web.pages.meeting import stage_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.waiting import forget_complaints
from waypost.web.who import signed_in


def own(request: HttpRequest) -> HttpResponse:
    """GET: the wearer's goals, complaints and what they are asked. POST: write, complain."""
    by, at, sent = signed_in(request), now(), request.POST
    trouble = ""
    if request.method == "POST":
        said, trouble = tried(lambda: _own_act(request, by))
        if said is not None:
            messages.success(request, said)
            return redirect("mine-voice")
    words = {
        "goals": own_goals(by, now=at),
        "states": [(one.value, GOAL_WORDS[one]) for one in GoalState],
        "abouts": [(one.value, words) for one, words in ABOUT_WORDS.items()],
        "people": complaints.own_people(by, now=at),
        "complaints": [
            (one, OWN_WORDS[one.status], ABOUT_WORDS[one.about], [act.value for act in one.may])
            for one in complaints.own_complaints(by, now=at)
        ],
        "asked": answering.own_asked(by, now=at),
        "letters": own_letters(by),
        "said": sent,
        "trouble": trouble,
        "trouble_at": "goal-0" if sent.get("act") == "goal" else "complaint",
    }
    return render(request, "waypost/own_voice.html", words, status=422 if trouble else 200)


def own_questions(request: HttpRequest) -> HttpResponse:
    """GET: what the wearer is asked now. POST: the answers."""
    by, at, sent = signed_in(request), now(), request.POST
    found = answering.own_asked(by, now=at)
    trouble = ""
    if request.method == "POST":

        def act() -> bool:
            answering.answer(
                by.own_person_id or 0, Side.WEARER, stage_of(sent.get("stage", "")),
                sent.get("order", ""), sent.dict(), by=by, now=at,
            )  # fmt: skip
            return True

        done, trouble = tried(act)
        if done:
            messages.success(request, "Thank you. Your officer cannot read what you answered.")
            return redirect("mine-voice")
    words = {
        "asked": found, "said": sent, "trouble": trouble, "own": True, "trouble_at": "questions",
    }  # fmt: skip
    return render(request, "waypost/questions.html", words, status=422 if trouble else 200)


def listed(request: HttpRequest) -> HttpResponse:
    """Complaints that wait for anybody who answers them, but of whom they are about."""
    found = complaints.complaints_for(signed_in(request), now=now())
    rows = [(one, STATUS_WORDS[one.status].capitalize(), ABOUT_WORDS[one.about]) for one in found]
    return render(request, "waypost/complaints.html", {"rows": rows})


def one(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """GET: one complaint; nobody is named. POST: the answer."""
    by, at, sent = signed_in(request), now(), request.POST
    trouble = ""
    if request.method == "POST":

        def act() -> bool:
            version = number_of(sent.get("version", ""), "the complaint anew: reload its page")
            complaints.answer(
                complaint_id, sent.get("words", ""), by=by, now=at, expected_version=version
            )
            return True

        done, trouble = tried(act)
        if done:
            forget_complaints(by)
            messages.success(request, "The wearer is told that the answer is there.")
            return redirect("complaint", complaint_id=complaint_id)
    seen = complaints.complaint_page(complaint_id, by, now=at)
    words = {
        "one": seen,
        "status_words": STATUS_WORDS[seen.status].capitalize(),
        "about_words": ABOUT_WORDS[seen.about],
        "said": sent,
        "trouble": trouble,
        "trouble_at": "words",
    }
    return render(request, "waypost/complaint.html", words, status=422 if trouble else 200)


def figures(request: HttpRequest) -> HttpResponse:
    """How questions were answered, in counts that name nobody."""
    found = answering.figures(signed_in(request), lambda people: cell(people).people)
    return render(request, "waypost/voice_figures.html", {"figures": found})


def _own_act(request: HttpRequest, by: Posted) -> str:
    sent, at = request.POST, now()
    name = sent.get("act", "")
    if name == "goal":
        version = number_of(sent.get("version", "0"), "the goal anew: reload the page")
        number = number_of(sent.get("number", "0"), "the goal anew: reload the page")
        goal = GoalWritten(
            sent.get("words", ""), _state(sent.get("state", "open")), number, version
        )
        write_goal(goal, by=by, now=at)
        return "This is kept. Your officer can read it."
    if name == "complain":
        try:
            about = About(sent.get("about", ""))
        except ValueError:
            raise Refused("Choose what it is about.") from None
        whom = sent.get("officer", "")
        officer = number_of(whom, "who it is about") if whom else None
        complaints.complain(about, sent.get("words", ""), officer_id=officer, by=by, now=at)
        return "We have your complaint. Somebody else than whom it is about answers it."
    number = number_of(sent.get("complaint", ""), "a complaint")
    if name == Act.ASK_AGAIN:
        complaints.ask_again(number, sent.get("words", ""), by=by, now=at)
        return "Somebody else looks at it again."
    if name == Act.ACCEPT:
        complaints.accept(number, by=by, now=at)
        return "It is closed. Thank you for telling us."
    if name == Act.WITHDRAW:
        complaints.withdraw(number, by=by, now=at)
        return "You have taken it back."
    raise Refused("Choose what to do.")


def _state(text: str) -> GoalState:
    try:
        return GoalState(text)
    except ValueError:
        raise NoSuchThing("There is no such goal.") from None
