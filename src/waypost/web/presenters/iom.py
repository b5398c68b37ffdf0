"""The forms of the IOM pages, and facts of an agenda in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from waypost.iom.conference_queries import ConferencePage, ItemSeen
from waypost.iom.minutes import known_rows
from waypost.iom.queries import AgreedRow, EntrySeen, OfferSeen, PersonPage
from waypost.iom.task_queries import TaskPage
from waypost.iom.values import (
    ACTION_ACT_WORDS,
    ASSESSMENT_WORDS,
    CRITERION_WORDS,
    HANDLING_WORDS,
    OFFER_ACT_WORDS,
    SOURCE_WORDS,
    STAGE_WORDS,
    STANDING_MEANS,
    STANDING_WORDS,
    TASK_ASKS,
    TASK_KIND_WORDS,
    ConferenceAct,
    Stage,
    Standing,
    TaskAct,
)
from waypost.web.pages.form_values import TO_THE_MINUTE
from waypost.web.presenters.forms import Field, Form, Options
from waypost.web.templatetags.waypost import local

MONTH = timedelta(days=28)
WEEK = timedelta(days=7)
NAME_HINT = "Where they sign in here, so that it stands on their list. May be left empty."
TASK_BUTTONS: dict[TaskAct, str] = {
    TaskAct.ACCEPT: "Accept the task",
    TaskAct.DECLINE: "Decline the task",
    TaskAct.RETURN: "Return the task",
    TaskAct.WITHDRAW: "Withdraw the task",
    TaskAct.ASK_AGAIN: "Ask again",
    TaskAct.CLOSE: "Close the task",
}


def options(words: Mapping[Any, str]) -> Options:
    return tuple((one.value, text) for one, text in words.items())


def _day(at: datetime) -> str:
    return local(at).date().isoformat()


def _minute(at: datetime) -> str:
    return local(at).strftime(TO_THE_MINUTE)


def decide_form(page: PersonPage, conferences: Options, now: datetime) -> Form:
    """Selection, a move, or de-selection, as the person stands."""
    standings = tuple(
        (one.value, f"{STANDING_WORDS[one]}: {STANDING_MEANS[one]}")
        for one in (*(each for each in Standing if each is not Standing.OUT), Standing.OUT)
        if one is not page.standing
    )
    return Form(
        "decide",
        "Select into a cohort" if page.standing is Standing.OUT else "Move, or de-select",
        "Write the decision down",
        (
            Field("to", "Where they are to stand", "radios", standings),
            Field("criteria", "Criteria that are met", "checks", options(CRITERION_WORDS)),
            Field("reasons", "Why", "area"),
            Field("how", "Who decided", "radios",
                  (("meeting", "A meeting"), ("person", "A named person"))),
            Field("decided_by", "Its name, or theirs"),
            Field("at", "When it was decided", "datetime-local", value=_minute(now)),
            Field("conference", "Case conference kept here", "select",
                  (("", "None"), *conferences), required=False),
        ),
        hidden={"version": str(page.version)},
    )  # fmt: skip


def owe_form(now: datetime) -> Form:
    return Form(
        "owe", "Write down an offer that is owed", "Write the offer down",
        (
            Field("stage", "Stage", "select", options(STAGE_WORDS)),
            Field("what", "What is to be offered", "area"),
            Field("agency", "Agency that owes it"),
            Field("owner", "Officer who is to make it"),
            Field("owner_name", "Their user name", hint=NAME_HINT, required=False),
            Field("reached_at", "When the stage was reached", "datetime-local",
                  value=_minute(now)),
            Field("due_on", "Made by", "date", value=_day(now + WEEK)),
        ),
    )  # fmt: skip


def offer_form(one: OfferSeen) -> Form | None:
    if not one.acts:
        return None
    acts = tuple((act.value, OFFER_ACT_WORDS[act].capitalize()) for act in one.acts)
    stage = STAGE_WORDS[Stage(one.offer.stage)].lower()
    return Form(
        "offer", f"Say what became of the offer at {stage}", "Write it down",
        (Field("do", "What became of it", "radios", acts),
         Field("words", "What was offered or said, or why not", "area")),
        about=str(one.offer.pk), hidden={"version": str(one.offer.version)},
    )  # fmt: skip


def agree_form(now: datetime, about: str = "", who: str = "") -> Form:
    """about, who: of an agenda, the person it is about."""
    return Form(
        "agree", f"Agree an action{f' about {who}' if who else ''}", "Write the action down",
        (
            Field("what", "What is to be done", "area"),
            Field("agency", "Agency"),
            Field("owner", "Whose it is"),
            Field("owner_name", "Their user name", hint=NAME_HINT, required=False),
            Field("due_on", "By", "date", value=_day(now + WEEK)),
        ),
        about=about,
    )  # fmt: skip


def settle_form(one: AgreedRow) -> Form | None:
    if not one.acts:
        return None
    acts = tuple((act.value, ACTION_ACT_WORDS[act].capitalize()) for act in one.acts)
    return Form(
        "settle", f"Say what became of it: {one.what[:60]}", "Write it down",
        (Field("do", "What became of it", "radios", acts),
         Field("words", "What shows it, or why", "area")),
        about=str(one.action_id), hidden={"version": str(one.version)},
    )  # fmt: skip


def task_form(teams: Iterable[tuple[int, str]], now: datetime) -> Form:
    return Form(
        "task", "Ask a police team", "Send the task",
        (
            Field("kind", "What kind of task", "select", options(TASK_KIND_WORDS)),
            Field("team", "Team", "select", tuple((str(one), name) for one, name in teams)),
            Field("asked", "What the team is asked to do", "area",
                  hint="No place of the tag: that goes by a notification or an answered request."),
            Field("purpose", "What it is for", "area"),
            Field("necessity", "Why it is needed, and nothing less will do", "area"),
            Field("handling", "Handling", "radios", options(HANDLING_WORDS)),
            Field("conditions", "Conditions", "area", required=False),
            Field("return_on", "Answer wanted by", "date", value=_day(now + WEEK)),
        ),
    )  # fmt: skip


def task_move_form(page: TaskPage, act: TaskAct, now: datetime) -> Form:
    asks = TASK_ASKS.get(act)
    label = f"Say {asks}" if asks else "A word to it, if there is one"
    fields = [Field("words", label, "area", required=bool(asks))]
    if act is TaskAct.RETURN:
        fields.insert(0, Field("found_at", "When the team was there", "datetime-local",
                               value=_minute(now)))  # fmt: skip
    return Form(
        act.value, TASK_BUTTONS[act], TASK_BUTTONS[act], tuple(fields),
        hidden={"version": str(page.version)}, grave=act in {TaskAct.DECLINE, TaskAct.WITHDRAW},
    )  # fmt: skip


def entry_form(bodies: Iterable[tuple[int, str]], now: datetime) -> Form:
    return Form(
        "entry", "Enter intelligence", "Enter it",
        (
            Field("words", "What is known", "area"),
            Field("provenance", "Where it came from, and how", "area"),
            Field("source", "Source", "radios", _graded(SOURCE_WORDS)),
            Field("assessment", "Information", "radios", _graded(ASSESSMENT_WORDS)),
            Field("handling", "Handling", "radios", _graded(HANDLING_WORDS)),
            Field("conditions", "Conditions, with code C", "area", required=False),
            Field("bodies", "Who else may have it, with code C", "checks",
                  tuple((str(one), name) for one, name in bodies), required=False),
            Field("known_at", "Of when it is", "datetime-local", value=_minute(now)),
            Field("review_on", "Looked at again on", "date", value=_day(now + MONTH)),
        ),
    )  # fmt: skip


def _graded(words: Mapping[Any, str]) -> Options:
    return tuple((one.value, f"{one.value}: {text}") for one, text in words.items())


def entry_review_form(one: EntrySeen, now: datetime) -> Form | None:
    if one.entry.ended_at is not None:
        return None
    return Form(
        "entry-review", "Look at it again", "Write the review down",
        (Field("words", "What the review found", "area"),
         Field("do", "Does it stand?", "radios",
               (("stands", "It stands until the day below"),
                ("ended", "It is no longer relied on"))),
         Field("review_on", "Looked at again on", "date", value=_day(now + MONTH),
               required=False)),
        about=str(one.entry.pk),
    )  # fmt: skip


def plan_form(members: Iterable[tuple[int, str]], chair: str, now: datetime) -> Form:
    rows = tuple((str(one), name) for one, name in members)
    return Form(
        "plan", "Plan a case conference", "Plan it",
        (
            Field("title", "Its name"),
            Field("at", "When", "datetime-local", value=_minute(now + WEEK)),
            Field("place", "Where, or how", required=False),
            Field("chair", "Chair", value=chair),
            Field("people", "Who is on the agenda", "checks", rows, required=False,
                  chosen=tuple(number for number, _ in rows)),
        ),
    )  # fmt: skip


def conference_forms(page: ConferencePage, now: datetime) -> dict[str, Form]:
    """The forms of the conference as a whole, by act."""
    forms = {
        "add": Form("add", "Put somebody on the agenda", "Put on the agenda", (
            Field("person", "Who", "select", tuple((str(n), name) for n, name in page.others)),
            Field("why", "Why they are on it"),
        )),
        "attend": Form("attend", "Write down who came", "Write it down", (
            Field("agency", "Agency"),
            Field("name", "Name"),
            Field("present", "They", "radios", (("1", "Came"), ("0", "Sent apologies"))),
        )),
        "hold": Form("hold", "Begin", "It is being held", ()),
        "call_off": Form("call_off", "Call it off", "Call it off", (), grave=True),
        "close": Form("close", "Close it", "Close the conference", (
            Field("next_at", "Next conference", "datetime-local",
                  value=_minute(page.next_at or page.row.at + MONTH)),
        )),
    }  # fmt: skip
    hidden = {"version": str(page.version)}
    allowed = {one.value for one in page.acts}
    found = {}
    for name, form in forms.items():
        if name in {one.value for one in ConferenceAct} and name not in allowed:
            continue
        found[name] = Form(form.act, form.title, form.button, form.fields, hidden=hidden,
                           grave=form.grave)  # fmt: skip
    if not page.others:
        found.pop("add")
    return found


def decision_form(one: ItemSeen) -> Form:
    title = f"Change what was decided of {one.name}" if one.decision else (
        f"Write down what was decided of {one.name}"
    )  # fmt: skip
    return Form(
        "item", title, "Write the decision down",
        (Field("decision", "What was decided", "area", value=one.decision),),
        about=str(one.item_id), hidden={"version": str(one.version)},
    )  # fmt: skip


def agenda_rows(one: ItemSeen) -> tuple[tuple[str, str], ...]:
    return known_rows(one.facts)
