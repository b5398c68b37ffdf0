"""Acts so grave that whoever does one proves again that it is they, unless they did just now.

`GRAVE` is the whole list. The guard asks (web/guard.py) before the page sees the form: the question
carries what was typed, and the right answer sends it on, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

ANY = frozenset[str]()

# Route -> the values of `act` in its form that are grave; ANY: whatever is sent there.
GRAVE: Mapping[str, frozenset[str]] = {
    "request-move": frozenset({"grant", "tell"}),  # location data leaves
    "request-authorities": frozenset({"rank", "confirm", "number"}),  # who grants, who is rung
    "authorisations": frozenset({"grant"}),  # a look over more than its purpose's window
    "emergency": ANY,  # break-glass
    "officers": frozenset({"ask", "ask-end", "grant"}),  # roles
    "agency-links": frozenset({"propose", "confirm"}),
    "sign-in-resets": frozenset({"ask", "grant"}),
    "way-in-letter": ANY,  # a way into a wearer's account
    "machines": ANY,  # tokens
    "own-sign-in": ANY,  # second factors
    "own-app": frozenset({"begin"}),
    "own-passkey": ANY,
    "parameter-move": frozenset({"approve"}),  # the rules' numbers
    "gate-decide": frozenset({"grant"}),  # a proposal goes although a check is missing
    "retention-move": frozenset({"switch", "erase"}),  # forgetting
    "retention-periods": frozenset({"approve"}),
    "holds": frozenset({"end"}),
    "review-move": frozenset({"make_alert", "approve_alert", "make_opinion"}),
    "merge-move": frozenset({"confirm", "confirm_reversal"}),  # whose record is whose
    "subject-request-move": frozenset({"let_out", "release"}),
}

# Signatures: whoever makes one proves that it is they for this one, whatever they proved just now.
EACH_TIME: Mapping[str, frozenset[str]] = {
    "review-move": frozenset({"make_alert", "approve_alert", "make_opinion"}),
}


def is_signature(route: str, act: str) -> bool:
    """Whether a form sent to this page signs something."""
    return act in EACH_TIME.get(route, ANY)


def is_grave(route: str, act: str) -> bool:
    """Whether a form sent to this page does something grave."""
    acts = GRAVE.get(route)
    return acts is not None and (not acts or act in acts)
