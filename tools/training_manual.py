"""The manual's page on practice: every exercise with its questions, answers and reasons."""

from __future__ import annotations

from typing import Any


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.training.exercises import EXERCISES
    from waypost.training.passing import COURSE_WORDS
    from waypost.training.values import (
        ACT_WORDS,
        ATTEMPTS_MAX,
        NEEDED,
        PASS_SHARE,
        TICKET_FOR,
        VALID_FOR,
    )

    needed = [
        f"- to {ACT_WORDS[permission]}: the {COURSE_WORDS[role]} practice"
        for permission, role in NEEDED.items()
    ]
    return {
        "manual/training.md": "\n\n".join(
            [
                "# Practice and training",
                "`waypost practise ROLE` starts a made-up world in a home of its own, with scored "
                "exercises from real failures. Its pages are those of the real store, and what is "
                "done on them counts as much as what is answered. With `--officer USERNAME` the "
                "result goes to that officer's training record; on another machine, a ticket "
                "(`waypost training ticket`) takes the leave there and `waypost training record` "
                "brings the sealed result back.",
                f"An exercise is passed with {PASS_SHARE:.0%} of its points, and never by who does "
                "what it forbids. A course is passed with all its exercises, each tried "
                f"{ATTEMPTS_MAX} times at most; a pass lasts {VALID_FOR.days} days, a ticket "
                f"{TICKET_FOR.days}. These numbers are our assumption, to be set by the agency.",
                "A valid pass is asked for:\n\n" + "\n".join(needed),
                "Looking, refusing, sending back and telling a place while a life is in danger ask "
                "for none. `WAYPOST_TRAINING=asked` shows what is due and refuses nothing.",
                *(_printed(one) for one in EXERCISES),
            ]
        )
    }


def _printed(exercise: Any) -> str:
    from waypost.training.passing import COURSE_WORDS

    roles = ", ".join(COURSE_WORDS[role] for role in exercise.roles)
    parts = [f"## {exercise.title}", f"For: {roles}.", exercise.failure, exercise.story]
    for question in exercise.questions:
        choices = "\n".join(
            f"- {'**' + words + '**' if value == question.right else words}"
            for value, words in question.choices
        )
        parts += [f"**{question.words}**", choices, question.why]
    for role in exercise.deeds:
        for deed in exercise.deeds_of(role):
            wanted = " or ".join(f"`{mark.kind}`" for mark in deed.wanted)
            never = ", ".join(f"`{mark.kind}`" for mark in deed.never)
            parts += [
                f"**To be done ({COURSE_WORDS[role]}):** {deed.words}.",
                f"Told by {wanted}; fails by {never}. {deed.why}",
            ]
    return "\n\n".join(parts)
