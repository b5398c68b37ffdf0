"""The words of notices. Mail crosses other people's servers: ids and links, never names or places.

A template is a subject and a text; what fills them are ids, counts, kinds and instants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    "removal_due": (
        "Waypost: a tag is to be removed (activation {activation_id})",
        "Since {since} no requirement needs the tag of activation {activation_id}. What it sends "
        "is sealed and nobody sees it. It is to come off by {deadline}.\n\n"
        "Sign in to Waypost and open /fitting\n",
    ),
}


def fill(template: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text. KeyError when the template or a word is missing: a mistake of ours."""
    subject, text = TEMPLATES[template]
    return subject.format_map(words), text.format_map(words)
