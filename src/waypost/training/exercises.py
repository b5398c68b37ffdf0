"""The exercises: real failures, met again on real pages. Data; `worlds/practice.py` makes the
cases.

What went wrong once stands in `failure`, without anybody's name. Answers are explained afterwards,
and docs/manual/training.md prints all of it: who wants to read the answers first may.
"""

from __future__ import annotations

from waypost.access.values import Role
from waypost.training.values import Deed, Exercise, Mark, Question

MONITOR, PRACTITIONER = Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER
ANALYST, AUTHORISER = Role.POLICE_ANALYST, Role.AUTHORISING_OFFICER
COURT, PROTECTION = Role.COURT_REPORT_OFFICER, Role.DATA_PROTECTION_OFFICER

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        "self-clearing-strap",
        "The strap that closed again",
        "Strap alerts that cleared themselves were ignored elsewhere as faults of the tag. Some of "
        "the people had slipped out of it and put it back; somebody was killed meanwhile.",
        "Twenty-five minutes ago a tag said that its strap was open, and forty seconds later that "
        "it was closed. The tag now looks healthy. The alert waits for you. Deal with it as you "
        "would on a shift, then answer.",
        (MONITOR,),
        (
            Question(
                "cleared",
                "The tag says itself that the strap is closed again. What does that tell you?",
                (
                    ("fault", "That it was a fault of the tag: the alert can be closed."),
                    ("nothing", "Nothing yet about who is wearing it: it has to be found out."),
                    ("breach", "That the strap was cut: the person is in breach."),
                ),
                "nothing",
                "A strap that closes again may be around somebody else’s ankle, or a bedpost. "
                "Neither a fault nor a breach is known before somebody has asked and looked.",
            ),
            Question(
                "next",
                "The person answers the telephone and says that nothing happened. What next?",
                (
                    ("close", "Close the alert: they were reached."),
                    ("see", "Have the tag and strap seen by a person, and note who and when."),
                    ("wait", "Wait whether it happens a second time."),
                ),
                "see",
                "A voice on a telephone is not a tag on an ankle. The playbook asks for a look at "
                "the strap; until then the alert stays in hand.",
            ),
            Question(
                "oldest",
                "Two newer alerts arrive. Which list tells you that this one is not forgotten?",
                (
                    ("newest", "The newest alerts, since those are urgent."),
                    ("all", "All alerts that are not cleared, the oldest untouched among them."),
                    ("mine", "The ones that I have opened today."),
                ),
                "all",
                "31,000 alerts stayed unresolved elsewhere, as the screen showed new ones only.",
            ),
        ),
        {
            MONITOR: (
                Deed(
                    "taken",
                    "Take the alert in hand, and leave it open until the strap has been seen",
                    (Mark("alert:taken_in_hand"),),
                    (Mark("alert:closed"), Mark("alert:explained"), Mark("alert:upheld")),
                    "It was to be looked into. Closing or explaining it says that it is known what "
                    "happened; upholding it says that it was a breach. Neither was known.",
                ),
            )
        },
    ),
    Exercise(
        "drift-night",
        "A night of jumping cells",
        "Cell fixes jump by some 170 m while nobody moves. A plain rule of 100 m around the home "
        "raises several false exits a night, and people were recalled on such.",
        "This person was under curfew last night. Their phone-mast fixes jump around the home; two "
        "satellite fixes lie at it. Open the person’s page and read the strip, then answer.",
        (MONITOR, PRACTITIONER),
        (
            Question(
                "left",
                "One cell fix lies 340 m away, with an accuracy of 600 m. Did they leave home?",
                (
                    ("yes", "Yes: 340 m is outside the curfew’s circle."),
                    ("no", "No: the next fix is at home again."),
                    ("cannot", "It cannot be told from this fix: the home lies inside its circle."),
                ),
                "cannot",
                "The accuracy is a circle in which the true place lies 95 times in 100. The home "
                "is inside it: the fix speaks neither for nor against.",
            ),
            Question(
                "call",
                "A neighbour’s message asks whether you recall people for this. What do you say of "
                "the hours with cell fixes alone?",
                (
                    ("kept", "They were kept."),
                    ("untold", "They could not be told, and count neither as kept nor as broken."),
                    ("broken", "They were broken, unless the person proves otherwise."),
                ),
                "untold",
                "No data is not compliance, and not a breach. Beside every share of kept time "
                "stands the share that could be monitored at all.",
            ),
            Question(
                "better",
                "What would make it surer tomorrow night?",
                (
                    ("circle", "A smaller circle around the home."),
                    ("unit", "A home unit or beacon at the address, put up with the householder."),
                    ("count", "Counting every fix outside as an exit."),
                ),
                "unit",
                "A beacon answers the question that cells cannot: near or not. A smaller circle "
                "makes more false exits from the same data.",
            ),
        ),
    ),
    Exercise(
        "clock-change-curfew",
        "The night the clocks go back",
        "On two nights a year local time has an hour twice, or not at all. Curfews written as "
        "lengths, or kept in the wrong zone, called people late who were at home.",
        "This person must be home from 19:00 to 07:00, Europe/London, on every night; one of them "
        "is the night on which the clocks go back at 02:00. Look at the order on their page.",
        (MONITOR, PRACTITIONER, COURT),
        (
            Question(
                "hours",
                "How long is the curfew on the night on which the clocks go back?",
                (("11", "11 hours"), ("12", "12 hours"), ("13", "13 hours")),
                "13",
                "The hour from 01:00 to 02:00 comes twice. From 19:00 to 07:00 by the clock on the "
                "wall are 13 hours of that night, and 11 when the clocks go forward.",
            ),
            Question(
                "twice",
                "A fix at 01:30 that night is outside. What do you need to know of it first?",
                (
                    ("utc", "Its time in UTC: 01:30 on the wall came twice."),
                    ("nothing", "Nothing: both are within the curfew."),
                    ("phone", "What the person’s own clock showed."),
                ),
                "utc",
                "Both are within the curfew, but the two lie an hour apart: who was where, and how "
                "long, is told by UTC. Evidence gives both.",
            ),
            Question(
                "limit",
                "The law lets a court ask for 20 hours a day at most. Does a longer night matter?",
                (
                    ("no", "No: the limit is of hours on the timetable as the law counts them."),
                    ("yes", "Yes: the order has to be varied for that night."),
                    ("drop", "Yes: the extra hour is not monitored."),
                ),
                "no",
                "13 hours are well within the limit. The order says hours by the clock, and these "
                "are judged; nothing is varied, nothing is left out.",
            ),
        ),
    ),
    Exercise(
        "tenuous-request",
        "A request that hopes to find something",
        "Of twelve requests that the pilot had, five were refused: too broad, unclear, or asked "
        "because the data was there. Granting one is a search of somebody’s life without a reason.",
        "A force asks for two weeks of one person’s track, “to get a picture of what he is up to”. "
        "Open the request and do with it what your role may, then answer.",
        (AUTHORISER, ANALYST, PROTECTION),
        (
            Question(
                "why",
                "What is missing most?",
                (
                    ("offence", "An enquiry: what happened, and how would this data answer it?"),
                    ("rank", "The rank of whoever asks."),
                    ("place", "The postcode of the person."),
                ),
                "offence",
                "A request must say why this data is needed and how it helps. “A picture” is "
                "neither, whoever asks for it.",
            ),
            Question(
                "narrow",
                "The force telephones: would one day do? What do you answer?",
                (
                    ("yes", "One day is proportionate; grant that."),
                    (
                        "ask",
                        "Say first what happened that day, and where; then it is looked at.",
                    ),
                    ("never", "No request of this force is looked at again."),
                ),
                "ask",
                "Less of the same is still without a reason. What makes it answerable is an event "
                "with a time and a place.",
            ),
            Question(
                "record",
                "What is kept of a request that was refused?",
                (
                    ("nothing", "Nothing: no data left."),
                    ("all", "What was asked, by whom, the grounds, and what would be acceptable."),
                    ("count", "A count for the statistics alone."),
                ),
                "all",
                "A regulator asks for refusals first, and they are dip-tested like grants.",
            ),
        ),
        {
            AUTHORISER: (
                Deed(
                    "refused",
                    "Refuse the request with its grounds, or send it back to be narrowed",
                    (Mark("disclosure:refused"), Mark("disclosure:sent_back")),
                    (Mark("disclosure:granted"),),
                    "It names no enquiry and spans two weeks: tenuous and too broad.",
                ),
            ),
            ANALYST: (
                Deed(
                    "returned",
                    "Return the request with what is missing, or refuse it; do not pass it on",
                    (Mark("disclosure:refused"), Mark("disclosure:returned")),
                    (Mark("disclosure:checked"),),
                    "Whoever checks is the first who can say that it is too broad; passing it on "
                    "says that it is clear, in time and in proportion.",
                ),
            ),
        },
    ),
    Exercise(
        "match-next-door",
        "The match who lives next door",
        "Most matches of the pilot led nowhere: 694 of them, 52 referred. A tag within 100 m of a "
        "burglary is no evidence where its wearer is within 100 m of it every night.",
        "A burglary was matched with a tag that lay within the circle all through the window. Open "
        "the match for a reason, read what is usual for this tag at that place, and decide.",
        (ANALYST, AUTHORISER),
        (
            Question(
                "habit",
                "The tag is at this place on nearly every night. What does that make of the match?",
                (
                    ("strong", "Strong: it was certainly there."),
                    ("chance", "Little: it would be there on a night without a burglary, too."),
                    ("none", "Proof that the wearer did not do it."),
                ),
                "chance",
                "What counts is how much likelier the tag was there than by habit. Being there "
                "every night makes the ratio about one. It clears nobody, and accuses nobody.",
            ),
            Question(
                "others",
                "What else could say that it is chance?",
                (
                    ("base", "How many tags are within such a circle on any night."),
                    ("record", "The wearer’s earlier convictions."),
                    ("rank", "That it stands first on the list."),
                ),
                "base",
                "The list has a first row whether or not anybody was there. How many matches "
                "chance gives is counted; a record of convictions says nothing about a place.",
            ),
            Question(
                "paper",
                "May a proximity alert be made of it, with the habit left out?",
                (
                    ("yes", "Yes: it says only what was observed."),
                    (
                        "no",
                        "No: what undermines it belongs with it, and here that is all of it.",
                    ),
                ),
                "no",
                "Whatever might undermine the case has to be disclosed with it.",
            ),
        ),
        {
            ANALYST: (
                Deed(
                    "rejected",
                    "Reject the match with its reason, or ask for more; do not qualify it",
                    (Mark("review:reject"), Mark("review:ask_more")),
                    (Mark("review:qualify"),),
                    "The tag is at home. Whoever qualifies it asks a police unit to look at "
                    "somebody for sleeping in their bed.",
                ),
            ),
            AUTHORISER: (
                Deed(
                    "sent-back",
                    "Do not agree: send the match back with your reason",
                    (Mark("review:send_back"),),
                    (Mark("review:approve"),),
                    "The second person is there to look afresh. The first one did not ask what is "
                    "usual at this place.",
                ),
            ),
        },
    ),
    Exercise(
        "unsafe-address",
        "A curfew at an address nobody asked about",
        "Inspectors found that the check for domestic abuse had been made before a curfew in 37 of "
        "100 cases. People were ordered to stay every night with whom they had harmed.",
        "This person has been ordered to stay at an address from tonight. The police have not "
        "answered the domestic-abuse enquiry yet. Look at what is owed on the person’s page.",
        (PRACTITIONER, COURT),
        (
            Question(
                "silence",
                "The police have not answered. What does that say of the address?",
                (
                    ("clear", "Nothing is known against it: suitable."),
                    ("unknown", "Nothing: the check is still owed, and is chased."),
                    ("unsafe", "It is unsafe."),
                ),
                "unknown",
                "No answer is no answer. Writing it down as suitable is the failure that the "
                "inspectors found.",
            ),
            Question(
                "meanwhile",
                "The order begins tonight all the same. What do you do?",
                (
                    ("wait", "Nothing until the answer comes."),
                    ("tell", "Chase the check, tell your manager and the court, and note it all."),
                    ("ask", "Ask the person in front of the householder whether all is well."),
                ),
                "tell",
                "A court’s order is monitored; the missing check is a task with a clock. A "
                "householder is asked alone, never beside the person.",
            ),
            Question(
                "concern",
                "The answer comes: two call-outs to this address last year. Who decides?",
                (
                    ("me", "I end the curfew."),
                    ("court", "The court, or whoever made the order, told of it today."),
                    ("nobody", "Nobody: it was before the order."),
                ),
                "court",
                "You cannot vary a court’s order; you can see that it knows today, and say which "
                "other address was checked.",
            ),
        ),
        {
            PRACTITIONER: (
                Deed(
                    "asked",
                    "Write the domestic-abuse check down as asked without an answer, so that it "
                    "stays owed",
                    (Mark("address:checked", "outcome", "no_answer"),),
                    (Mark("address:checked", "outcome", "suitable"),),
                    "Nobody has said that the address is suitable. What was asked, of whom and "
                    "when, is written down, and the check stays owed.",
                ),
            )
        },
    ),
)

# Roles that have a course, in the order of the domain page.
COURSES: tuple[Role, ...] = tuple(
    role for role in Role if any(role in one.roles for one in EXERCISES)
)
BY_KEY: dict[str, Exercise] = {one.key: one for one in EXERCISES}


def of_role(role: Role) -> tuple[Exercise, ...]:
    """The exercises that make up a role's course."""
    return tuple(one for one in EXERCISES if role in one.roles)
