"""What a telephone shows of a notice; one that is not here sends its subject and where to look."""

from __future__ import annotations

SHORTS: dict[str, str] = {
    "alert_raised": "Waypost: alert {alert_id} raised {raised_at}: {kind}, urgency {urgency}.",
    "alert_confirmed": "Waypost: alert {alert_id} is now certain: {kind}, urgency {urgency}.",
    "alert_escalated": "Waypost: NOBODY attended alert {alert_id} ({kind}), due {attend_by}.",
    "correction_made": "Waypost: CORRECTION {number} of {statement}. Read it before you act.",
    "notification_sent": "Waypost: breach notification {notification_id} for your force. "
    "Acknowledge by {by}.",
    "notification_withdrawn": "Waypost: breach notification {notification_id} is WITHDRAWN. Do not "
    "act on it.",
    "notification_more_wanted": "Waypost: the police want more on notification {notification_id} "
    "by {by}.",
    "notification_answered": "Waypost: police answer on notification {notification_id}: {answer}.",
    "disclosure_urgent": "Waypost: URGENT call, request {request_id}, waits for you.",
    "reminder_appointment": "You have an appointment on {at}. If you cannot go, ring your officer.",
    "reminder_curfew": "Your curfew begins on {at}. Be home by then.",
    "reminder_battery": "The battery of your tag is low. {lasts} Charge it now until it is full.",
    "praise": "Well done. You kept to your order in the week from {week}. Your officer saw it.",
    "absence_granted": "You asked first. The answer is yes: {from_words} to {to_words}.",
    "absence_refused": "You asked to be away from {from_words}. The answer is no. Your order stays "
    "as it is. Ring your officer to hear why.",
    "absence_unanswered": "Nobody answered what you asked in time. Sorry. Nothing has changed. "
    "Ring your officer.",
    "near": "Please take care: the person who must keep away from you may have come too close. In "
    "danger ring 999. To talk to us: {ring}.",
    "near_over": "We asked you to take care. As far as we can tell, that is over. Worried? {ring}",
    "near_corrected": "We asked you to take care. It was a mistake. We are sorry. {ring}",
    "near_quiet": "{code}. Please do now what we agreed. {ring}",
    "near_quiet_over": "{code}. What we agreed is not needed any more. {ring}",
    "near_quiet_corrected": "{code}. It was not needed after all. Sorry. {ring}",
    "near_untold": "Waypost: RING the protected person of alert {alert_id} now: {because}.",
}
