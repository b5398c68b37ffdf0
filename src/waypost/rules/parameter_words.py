"""What each of the rules' numbers is called, means, is measured in and may be, and why it is so.

One row for each field of `values.Parameters`; the draft's form, the reference page and the checks
of what is typed come from here. A number without words, or words without a number, fail a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a number is typed and shown in; the word stands behind it."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    METRES = "metres"
    METRES_PER_SECOND = "metres a second"
    G_PER_DL = "g/dl"
    G_PER_DL_AN_HOUR = "g/dl an hour"
    PERCENT = "%"
    TO_ONE = "to 1"
    NONE = ""


# One unit in what the number is kept in: durations are kept as timedelta, shares as 0 to 1.
SECONDS: dict[Unit, int] = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600}


class Group(StrEnum):
    """Numbers that are read together."""

    SILENCE = "Time of which nothing can be told"
    ROWS = "Rows and their edges"
    RINGS = "How far beyond the edge"
    EVIDENCE = "How much evidence is enough"
    ASTRAY = "How measurements go wrong"
    PLAUSIBLE = "What overrules a fix"
    TAGS = "States of the tag"
    ALCOHOL = "What an alcohol tag reads"


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """lowest, highest   in `unit`, both allowed. source: where the default comes from."""

    name: str
    meaning: str
    group: Group
    unit: Unit
    lowest: float
    highest: float
    source: str


ASSUMED = "Our assumption; `waypost bench truth` shows what another would do."
FIELD = "Known of the field: "


def _astray(what: str, source: str) -> ParameterWords:
    return ParameterWords(
        f"{what}: fixes not to be believed",
        "The share of such fixes whose stated circle says nothing of where the tag is. It bounds "
        "what one fix can prove.",
        Group.ASTRAY, Unit.PERCENT, 0.01, 50, source,
    )  # fmt: skip


def _jump(what: str, source: str) -> ParameterWords:
    return ParameterWords(
        f"{what}: how far those lie off",
        "The usual distance by which a fix that is not to be believed misses; longer ones get "
        "rarer evenly.",
        Group.ASTRAY, Unit.METRES, 1, 5_000, source,
    )  # fmt: skip


WORDS: dict[str, ParameterWords] = {
    "gap_min": ParameterWords(
        "Shortest time without a fix that counts as cannot tell",
        "Required time without a usable fix for so long is time of which nothing can be told; a "
        "shorter pause is taken to have gone on as it was.",
        Group.SILENCE, Unit.MINUTES, 5, 240,
        "In field data gaps over 5 minutes are missing data and a feed older than 15 minutes is "
        "stale; 15 minutes is also the contract of `waypost replay`.",
    ),
    "upload_allowance": ParameterWords(
        "Wait for uploads",
        "How long after that the row is raised when nothing comes: tags store and send on.",
        Group.SILENCE, Unit.MINUTES, 0, 240,
        f"{FIELD}tags upload 5 to 15 minutes after they measured.",
    ),
    "uncertain_ages_after": ParameterWords(
        "Fixes come and none can tell: said after",
        "While fixes come whose circles cross the edge, what was last known holds; after so long "
        "without one that could tell, nothing can be told.",
        Group.SILENCE, Unit.MINUTES, 15, 1_440,
        f"{FIELD}a mostly indoor wearer is over an hour without a fix that could tell every day; "
        "four hours are unusual.",
    ),
    "merge_within": ParameterWords(
        "Stretches closer than this are one row",
        "Two stretches of one kind with a shorter time between them are told as one.",
        Group.ROWS, Unit.MINUTES, 0, 60,
        "The contract of `waypost replay`: less than 5 minutes apart.",
    ),
    "stale_after": ParameterWords(
        "A last place older than this opens nothing",
        "When required time begins, somebody last seen on the wrong side is in violation from the "
        "first second, if they were seen no longer ago than this.",
        Group.ROWS, Unit.MINUTES, 0, 240,
        "A feed older than 15 minutes is stale.",
    ),
    "passage_within": ParameterWords(
        "A way through a zone between fixes no further apart than",
        "Two fixes outside an exclusion zone with the straight line between them through it show a "
        "possible passage, unless more than this lies between them.",
        Group.ROWS, Unit.MINUTES, 0, 120,
        "A feed older than 15 minutes is stale.",
    ),
    "exclusion_enter_m": ParameterWords(
        "Exclusion zone: in it from",
        "How far inside the edge the whole circle must lie for a fix to say that the person is in "
        "the zone.",
        Group.RINGS, Unit.METRES, 0, 500,
        "0: these zones protect people.",
    ),
    "exclusion_exit_m": ParameterWords(
        "Exclusion zone: out of it from",
        "How far outside the edge the whole circle must lie to say that the person has left.",
        Group.RINGS, Unit.METRES, 0, 500,
        "10: the usual wander of a GNSS fix.",
    ),
    "inside_leave_m": ParameterWords(
        "Places to be at: left from",
        "How far outside the edge the whole circle must lie to say that the person is away.",
        Group.RINGS, Unit.METRES, 0, 500,
        "0: the circle is margin enough; 10 m lost one breach in eighty and spared no false alert "
        "(waypost bench truth).",
    ),
    "inside_return_m": ParameterWords(
        "Places to be at: back from",
        "How far inside the edge the whole circle must lie to say that the person is back.",
        Group.RINGS, Unit.METRES, 0, 500,
        "0: whoever is wholly inside is back.",
    ),
    "exclusion_deep_m": ParameterWords(
        "One fix may be enough at: exclusion zone",
        "One fix whose whole circle lies so far inside may open a probable violation at once; a "
        "shallower one waits for a second.",
        Group.RINGS, Unit.METRES, 0, 2_000,
        "0: these zones protect people, so one fix wholly inside may be enough.",
    ),
    "curfew_deep_m": ParameterWords(
        "One fix may be enough at: curfew and places to be at",
        "One fix whose whole circle lies so far outside may open a probable violation at once; a "
        "nearer one waits for a second.",
        Group.RINGS, Unit.METRES, 0, 5_000,
        f"{FIELD}some fixes claim 2 m and are 200 m wrong, and cell fixes jump by 170 m.",
    ),
    "confirm_within": ParameterWords(
        "Fixes further apart than this do not add up",
        "Evidence is gathered from fix to fix; after a longer pause it begins anew.",
        Group.EVIDENCE, Unit.MINUTES, 1, 120,
        "As long as a feed may be old before it is stale.",
    ),
    "probable_odds": ParameterWords(
        "Evidence for probable",
        "How many times likelier than not the fixes must make it before a violation is probable.",
        Group.EVIDENCE, Unit.TO_ONE, 2, 100_000,
        "One error in a hundred tests (Wald 1945).",
    ),
    "certain_odds": ParameterWords(
        "Evidence for certain",
        "How many times likelier than not, by two fixes at the least, before it is certain.",
        Group.EVIDENCE, Unit.TO_ONE, 10, 10_000_000,
        "One error in ten thousand tests (Wald 1945).",
    ),
    "fix_odds_max": ParameterWords(
        "Most that one fix is worth",
        "No single fix is trusted further, whatever accuracy it claims.",
        Group.EVIDENCE, Unit.TO_ONE, 2, 1_000_000,
        ASSUMED,
    ),
    "chance_min": ParameterWords(
        "Smallest chance that is stated",
        "No row's modelled chance of being wrong is given as less than this share of 1: the model "
        "is only a model.",
        Group.EVIDENCE, Unit.NONE, 0.0000001, 0.01,
        ASSUMED,
    ),
    "decorrelate": ParameterWords(
        "Errors of fixes are their own after",
        "Fixes closer in time share part of their error, so a sooner one adds less.",
        Group.EVIDENCE, Unit.SECONDS, 1, 3_600,
        "The autocorrelation of a standing receiver's errors bends at about a minute (D. L. "
        "Wilson, gpscorr).",
    ),
    "exclusion_dwell_min": ParameterWords(
        "Exclusion zone: shortest stay that can be certain",
        "From the first fix that shows it to the last.",
        Group.EVIDENCE, Unit.SECONDS, 0, 3_600,
        "0: these zones protect people.",
    ),
    "inside_dwell_min": ParameterWords(
        "Places to be at: shortest absence that can be certain",
        "From the first fix that shows it to the last.",
        Group.EVIDENCE, Unit.SECONDS, 0, 3_600,
        ASSUMED,
    ),
    "gnss_astray": _astray("GNSS", ASSUMED),
    "gnss_jump_m": _jump("GNSS", f"{FIELD}200 m is rare among them and not unheard of."),
    "wifi_astray": _astray("Wi-Fi", "Routers move house; the share is our assumption."),
    "wifi_jump_m": _jump("Wi-Fi", ASSUMED),
    "cell_astray": _astray("Mobile cell", ASSUMED),
    "cell_jump_m": _jump("Mobile cell", f"{FIELD}they jump between cells by about 170 m."),
    "beacon_astray": _astray("Home beacon", "It hears the tag or does not; our assumption."),
    "beacon_jump_m": _jump("Home beacon", "Its reach."),
    "unknown_astray": _astray("Not stated how", "As GNSS, which unstated mostly is."),
    "unknown_jump_m": _jump("Not stated how", "As far as a cell."),
    "beacon_holds": ParameterWords(
        "A beacon overrules others for",
        "So soon after the home beacon heard the tag, no other fix can say that the person left.",
        Group.PLAUSIBLE, Unit.SECONDS, 0, 3_600,
        ASSUMED,
    ),
    "distrust_within": ParameterWords(
        "Neighbours contradict a fix within",
        "A fix that those before and after it, no further off than this, make impossible at the "
        "pace below is not believed.",
        Group.PLAUSIBLE, Unit.SECONDS, 0, 3_600,
        ASSUMED,
    ),
    "walking_mps": ParameterWords(
        "Pace that neighbours allow",
        "How fast a person may have moved between neighbouring fixes before one is distrusted.",
        Group.PLAUSIBLE, Unit.METRES_PER_SECOND, 0.5, 50,
        "A brisk walk is 1.5, a jog 2.5 to 3.",
    ),
    "speed_max_mps": ParameterWords(
        "Fastest possible",
        "A fix that could only be reached faster than this, both circles taken off, is set aside.",
        Group.PLAUSIBLE, Unit.METRES_PER_SECOND, 20, 350,
        "90 is 324 km/h, faster than a train.",
    ),
    "charge_within": ParameterWords(
        "A tag is charged every",
        "From the end of a proper charge (an hour, or to 95 %) the next is to begin within so "
        "long, and the margin below.",
        Group.TAGS, Unit.HOURS, 6, 336,
        f"{FIELD}tags are charged about two hours a day.",
    ),
    "charge_margin": ParameterWords(
        "And how much later it may be",
        "People charge at other hours on other days.",
        Group.TAGS, Unit.HOURS, 0, 72,
        "6: at 18:00 on one day and at midnight on the next.",
    ),
    "charge_below": ParameterWords(
        "A battery that holds more need not be charged",
        "A tag counts as not charged only once it said that its battery holds less than this, or "
        "said nothing of how much.",
        Group.TAGS, Unit.PERCENT, 5, 100,
        ASSUMED,
    ),
    "battery_low": ParameterWords(
        "Battery low at",
        "Where a tag states a level and gives no warning of its own.",
        Group.TAGS, Unit.PERCENT, 1, 60,
        "20: as tags warn.",
    ),
    "battery_critical": ParameterWords(
        "Battery nearly empty at",
        "Likewise.",
        Group.TAGS, Unit.PERCENT, 1, 40,
        "10: as tags warn.",
    ),
    "battery_well": ParameterWords(
        "Battery low no more at",
        "A gauge wavers: a level between the two ends nothing.",
        Group.TAGS, Unit.PERCENT, 5, 100,
        ASSUMED,
    ),
    "unjammed_after": ParameterWords(
        "Jamming is over when satellites are heard so long after its last word",
        "Tags do not always report the end of it.",
        Group.TAGS, Unit.MINUTES, 1, 240,
        ASSUMED,
    ),
    "still_awake_min": ParameterWords(
        "A tag that lies still for so long by day may be off",
        "Counted between 7 and 23 o'clock: a worn tag moves whenever its wearer turns, asleep or "
        "awake.",
        Group.TAGS, Unit.HOURS, 1, 48,
        ASSUMED,
    ),
    "still_apart": ParameterWords(
        "Words on motion no further apart than",
        "Between two words \"no motion\" the tag is taken to have lain still; over a longer pause "
        "nobody knows.",
        Group.TAGS, Unit.HOURS, 0.25, 24,
        "A tag at rest reports seldom.",
    ),
    "still_noise_m": ParameterWords(
        "Fixes of a resting tag lie about by",
        "Beyond its own circle; several in a row further off mean that it was moved after all.",
        Group.TAGS, Unit.METRES, 0, 2_000,
        f"{FIELD}cell fixes jump by about 170 m.",
    ),
    "alcohol_detected_g_per_dl": ParameterWords(
        "Alcohol is read from",
        "A transdermal reading of so much or more counts; smaller ones are noise, food, a splash "
        "of aftershave. Of an order that sets a level, its level stands instead.",
        Group.ALCOHOL, Unit.G_PER_DL, 0.005, 0.1,
        "0.02: the criterion of the maker most used; it misses nearly half of all occasions of one "
        "to three beers (Roache and others, 2015).",
    ),
    "alcohol_lasts_min": ParameterWords(
        "Alcohol that was drunk is read for so long at the least",
        "From the first such reading to the last. What is shorter may be a spray or a gel.",
        Group.ALCOHOL, Unit.MINUTES, 0, 480,
        "60: three readings, half an hour apart, as the makers ask for.",
    ),
    "alcohol_rise_max_g_per_dl_per_h": ParameterWords(
        "What was drunk rises no faster than",
        "From the last reading before to the highest. What rises faster came from outside, or in "
        "haste: it stays possible, until the maker's review.",
        Group.ALCOHOL, Unit.G_PER_DL_AN_HOUR, 0.01, 1,
        "0.05: a maker's published criterion for a confirmed event.",
    ),
    "alcohol_fall_max_g_per_dl_per_h": ParameterWords(
        "What was drunk falls no faster than",
        "From the highest reading to the last. A body burns alcohol slowly; what falls faster has "
        "dried on the skin.",
        Group.ALCOHOL, Unit.G_PER_DL_AN_HOUR, 0.01, 1,
        "0.025: the same.",
    ),
    "alcohol_high_g_per_dl": ParameterWords(
        "Much alcohol is read from",
        "Of a peak of so much or more the next two limits hold instead.",
        Group.ALCOHOL, Unit.G_PER_DL, 0.05, 1,
        ASSUMED,
    ),
    "alcohol_rise_high_g_per_dl_per_h": ParameterWords(
        "Much alcohol rises no faster than",
        "Also what a reading may jump up by: one that jumps more, and those that fall from there "
        "faster than drink, are left aside when the rest of a curve is looked at.",
        Group.ALCOHOL, Unit.G_PER_DL_AN_HOUR, 0.02, 1,
        ASSUMED,
    ),
    "alcohol_fall_high_g_per_dl_per_h": ParameterWords(
        "Much alcohol falls no faster than",
        "Bodies that are used to it burn more.",
        Group.ALCOHOL, Unit.G_PER_DL_AN_HOUR, 0.01, 1,
        f"{ASSUMED} Bodies burn 0.010 to 0.035 g/dl an hour.",
    ),
    "alcohol_apart": ParameterWords(
        "Readings further apart are no one curve",
        "Over a longer pause nobody knows how it rose or fell.",
        Group.ALCOHOL, Unit.HOURS, 0.5, 24,
        f"{FIELD}alcohol tags read every half hour. The number is our assumption.",
    ),
    "alcohol_gap_min": ParameterWords(
        "Time without a reading that counts as cannot tell",
        "So long that somebody could drink and be sober again before the next reading.",
        Group.ALCOHOL, Unit.HOURS, 1, 24,
        "4: a peak of 0.06 g/dl that falls by 0.015 an hour is under 0.02 after three.",
    ),
    "alcohol_upload_within": ParameterWords(
        "Readings may come so late",
        "Alcohol tags upload once a day. Until so long after its last reading nothing is said of a "
        "tag that has sent none.",
        Group.ALCOHOL, Unit.HOURS, 1, 336,
        "48: when a maker calls a missing upload critical.",
    ),
    "alcohol_covered_after": ParameterWords(
        "A sensor covered or off the skin for so long calls somebody",
        "Shorter is a boot, a bath, a cold night. What the tag or its maker reports as tampering "
        "calls at once.",
        Group.ALCOHOL, Unit.HOURS, 1, 48,
        "8: makers confirm an obstruction after 8 to 10 hours.",
    ),
    "alcohol_infrared_off": ParameterWords(
        "The skin's light has changed by",
        "Infrared sent back, against what it was when the tag was fitted: something lies between, "
        "or nothing does.",
        Group.ALCOHOL, Unit.PERCENT, 5, 90,
        ASSUMED,
    ),
    "alcohol_skin_min_c": ParameterWords(
        "Skin is warmer than (degrees)",
        "A colder reading is of a tag that does not lie on the skin.",
        Group.ALCOHOL, Unit.NONE, 5, 35,
        ASSUMED,
    ),
}  # fmt: skip
