"""What some of the demo's people ask first; goals and a complaint of its wearer who signs in."""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.access.values import Posted

ASKS = 3  # of the people of the demo's practitioner
AHEAD = timedelta(days=5)
LASTS = timedelta(hours=2)
GOALS = ("Keep my job at the bakery", "See my daughter every Saturday")
WORDS = "They asked me to stay for the late shift."


def speak(wearer_username: str, practitioner_username: str, now: datetime) -> int:
    """How many requests wait. Done again it does nothing: goals are there already."""
    from waypost.access.queries import find_officer, posted
    from waypost.access.values import Permission
    from waypost.orders.queries import visible_person_ids
    from waypost.voice.complaints import complain
    from waypost.voice.goals import GoalWritten, goals_of, write_goal
    from waypost.voice.values import About

    account, practitioner = find_officer(wearer_username), find_officer(practitioner_username)
    if account is None or account.person_id is None or goals_of(account.person_id):
        return 0
    wearer = posted(account, now=now)
    for words in GOALS:
        write_goal(GoalWritten(words), by=wearer, now=now)
    complain(About.TAG, "The strap rubs when I run.", by=wearer, now=now)
    asked = int(_asks(account.person_id, now, wearer))
    if practitioner is None:
        return asked
    by = posted(practitioner, now=now)
    theirs = visible_person_ids(by, Permission.ABSENCE_AUTHORISE, now=now) or frozenset()
    for person_id in sorted(theirs - {account.person_id}):
        asked += _asks(person_id, now, by)
        if asked > ASKS:
            break
    return asked


def _asks(person_id: int, now: datetime, by: Posted) -> bool:
    """Whether the person asks to be away from the next hours that their order asks for."""
    from waypost.asking.actions import ask
    from waypost.asking.queries import touched_now
    from waypost.asking.values import Asked, Why
    from waypost.errors import Refused

    starts = [
        start
        for one in touched_now(person_id, now + timedelta(hours=3), now + AHEAD)
        for start, _ in one.windows
        if start > now
    ]
    if not starts:
        return False
    try:
        ask(person_id, Asked(Why.SHIFT, min(starts), min(starts) + LASTS, WORDS), by=by, now=now)
    except Refused:  # by an order of its own
        return False
    return True
