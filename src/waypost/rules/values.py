"""The words of judging: containment, certainty, parameters, and a violation as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from waypost.units import RequirementRef

# Of the rules' code: raised whenever the same fixes and numbers may give another answer.
RULES_VERSION = "2"


class Containment(IntEnum):
    """Where a fix is against a zone, its error circle considered."""

    UNCERTAIN = 0  # the edge crosses the circle: never opens or closes anything
    INSIDE = 1  # the whole R95 circle is inside
    OUTSIDE = 2  # the whole R95 circle is outside


class RowKind(StrEnum):
    """What a row of judging is about: a requirement's kind, or a state of the tag itself.

    Those of orders have the words of `RequirementKind`; the others stand in no order.
    """

    EXCLUSION = "exclusion"
    EXCLUSION_WARNING = "exclusion_warning"  # the ring around an exclusion zone: no violation
    MOVING_EXCLUSION = "moving_exclusion"  # near a protected person's own device
    INCLUSION = "inclusion"
    RESTRICTION = "restriction"
    CURFEW = "curfew"
    ATTENDANCE = "attendance"
    TRAIL = "trail"
    ALCOHOL = "alcohol"
    ALCOHOL_TAMPER = "alcohol_tamper"
    # States of the tag: spells that are judged, not single reports.
    NO_CONTACT = "no_contact"
    NO_LOCATION = "no_location"
    NOT_CHARGED = "not_charged"
    STATIONARY = "stationary"
    JAMMING = "jamming"
    BATTERY = "battery"
    CLOCK_WRONG = "clock_wrong"
    HOME_UNIT = "home_unit"


# Judged from events and signs by monitoring's event lane; the fix lanes never touch these rows.
EVENT_KINDS = frozenset(
    {
        RowKind.ALCOHOL,
        RowKind.ALCOHOL_TAMPER,
        RowKind.NO_CONTACT,
        RowKind.NO_LOCATION,
        RowKind.NOT_CHARGED,
        RowKind.STATIONARY,
        RowKind.JAMMING,
        RowKind.BATTERY,
        RowKind.CLOCK_WRONG,
        RowKind.HOME_UNIT,
        RowKind.MOVING_EXCLUSION,
    }
)


class How(StrEnum):
    """The shape of a violation within its required time, as people speak of it."""

    NONE = ""
    LATE = "late"  # from the start of required time: late home, late to an appointment
    LEFT_EARLY = "left_early"  # to the end of required time
    OUT_DURING = "out_during"
    OUT_ALL = "out_all"  # all night, all of the required time
    MISSED = "missed"  # an appointment
    NOT_MONITORED = "not_monitored"  # an appointment of which nothing can be told
    PASSAGE = "passage"  # between two fixes: possible presence, nothing observed
    NO_FIX = "no_fix"  # cannot tell: no fix
    AGED = "aged"  # cannot tell: fixes came, and none for so long could tell
    # Of a tag's own state: how far it has come.
    LOW = "low"
    CRITICAL = "critical"
    DEAD = "dead"
    MOVED = "moved"  # a home unit
    NO_POWER = "no_power"


class Certainty(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules' numbers: one revision. Times as timedelta, distances in metres, evidence as the
    natural logarithm of odds. Decision 0022 says how they work together."""

    # When nothing can be told.
    gap_min: timedelta = timedelta(minutes=15)  # no usable fix for so long: cannot tell
    upload_allowance: timedelta = timedelta(minutes=15)  # tags upload 5-15 min late (domain)
    # Fixes came and none could tell: only after so long is that said. A mostly indoor wearer has
    # one GNSS fix in 17 and cell fixes every 3-5 min (domain): over an hour between decisive fixes
    # is daily bread and four hours are not.
    uncertain_ages_after: timedelta = timedelta(hours=4)

    # Rows.
    merge_within: timedelta = timedelta(minutes=5)  # stretches closer than this are one row
    stale_after: timedelta = timedelta(minutes=15)  # a last place older than this opens nothing
    passage_within: timedelta = timedelta(minutes=15)  # a chord between fixes further apart is none

    # Rings, beyond the edge with the whole circle: between the two nothing is told.
    exclusion_enter_m: float = 0.0  # inside by so much: in the zone (a life may hang on it)
    exclusion_exit_m: float = 10.0  # outside by so much: out of it; a GNSS fix's usual wander
    inside_leave_m: float = 0.0  # outside by so much: left home, college, area
    inside_return_m: float = 0.0  # inside by so much: back again

    # The sequential test (Wald 1945): how much evidence is enough.
    confirm_within: timedelta = timedelta(minutes=15)  # fixes further apart do not add up
    probable_odds: float = 100.0  # to one, for probable
    certain_odds: float = 10_000.0  # to one, for certain, and by two fixes at the least
    fix_odds_max: float = 1000.0  # to one: no single fix is trusted further, whatever it claims
    chance_min: float = 1e-6  # no row's modelled chance is given as less: the model is only a model
    # Errors wander: the autocorrelation of a standing receiver's errors bends at about a minute
    # (D. L. Wilson, gpscorr, twenty days of a Garmin 12XL). A fix sooner adds less.
    decorrelate: timedelta = timedelta(seconds=60)
    exclusion_dwell_min: timedelta = timedelta(0)  # first to last fix, before it can be certain
    inside_dwell_min: timedelta = timedelta(seconds=30)
    exclusion_deep_m: float = 0.0  # a fix so far beyond its circle may open a probable violation
    # For curfews and the like: some fixes claim 2 m and are 200 m wrong, and cells jump by 170 m
    # (domain). What is no further out than that needs a second fix.
    curfew_deep_m: float = 250.0

    # How a measurement goes wrong: the share of fixes whose stated circle is not to be believed at
    # all, and how far those lie off (the scale of an exponential). Where no source is named the
    # number is our assumption, to be set by `waypost bench truth`.
    gnss_astray: float = 0.005  # whole circle inside is then worth 1 in 100, whatever the circle
    gnss_jump_m: float = 100.0  # 200 m is rare among them and not unheard of (domain)
    wifi_astray: float = 0.02  # routers move house
    wifi_jump_m: float = 100.0
    cell_astray: float = 0.1
    cell_jump_m: float = 170.0  # bimodal jumps between cells (domain)
    beacon_astray: float = 0.001  # the home unit hears the tag, or does not
    beacon_jump_m: float = 30.0  # its reach (units.R95_UNSTATED_M)
    unknown_astray: float = 0.005  # as GNSS, which unstated mostly is
    unknown_jump_m: float = 170.0  # and as far as a cell

    # What overrules a fix.
    beacon_holds: timedelta = timedelta(minutes=3)  # others cannot say "left" so soon after it
    distrust_within: timedelta = timedelta(minutes=3)  # neighbours further off do not contradict
    walking_mps: float = 2.5  # what neighbours allow; a brisk walk is 1.5, a jog 2.5 to 3
    speed_max_mps: float = 90.0  # 324 km/h: faster than a train

    # States of the tag (rules/tag_states.py). How long a silence may last is not here: it is learnt
    # of each model (devices/cadence.py).
    charge_within: timedelta = timedelta(hours=24)  # tags are charged once a day (domain)
    charge_margin: timedelta = timedelta(hours=6)  # at 18:00 one day and at midnight the next
    charge_below: float = 0.5  # a battery that holds more than this share need not be charged
    battery_low: float = 0.2  # shares of a full battery, as tags warn; also devices/signs.py
    battery_critical: float = 0.1
    battery_well: float = 0.25  # low no more: a gauge wavers by a few percent
    unjammed_after: timedelta = timedelta(minutes=10)  # satellites heard so long after its word
    # A worn tag moves whenever its wearer turns: nobody sleeps for six hours without. What lies
    # still for six hours between 7 and 23 o'clock, beside the night, was put down or left.
    still_awake_min: timedelta = timedelta(hours=6)
    still_apart: timedelta = timedelta(hours=4)  # a tag at rest reports seldom
    still_noise_m: float = 200.0  # beyond its circle a fix of a resting tag may still lie so far

    # What an alcohol tag reads (rules/alcohol.py; decision 0032 has the sources). Concentrations
    # are transdermal, grams per decilitre.
    alcohol_detected_g_per_dl: float = 0.02  # under it a reading shows no drinking by itself
    alcohol_lasts_min: timedelta = timedelta(minutes=60)  # three readings, half an hour apart
    alcohol_rise_max_g_per_dl_per_h: float = 0.05  # what is drunk comes no faster through the skin
    alcohol_fall_max_g_per_dl_per_h: float = 0.025  # and a body burns it no faster
    # Whoever drinks so much drinks fast, and is often used to it: such bodies burn up to 0.035.
    alcohol_high_g_per_dl: float = 0.15
    alcohol_rise_high_g_per_dl_per_h: float = 0.1
    alcohol_fall_high_g_per_dl_per_h: float = 0.035
    alcohol_apart: timedelta = timedelta(hours=2)  # readings further apart are no one curve
    # Whoever drinks to 0.06 and burns 0.015 an hour is under 0.02 again after three hours.
    alcohol_gap_min: timedelta = timedelta(hours=4)
    alcohol_upload_within: timedelta = timedelta(hours=48)  # tags upload once a day; one was missed
    alcohol_covered_after: timedelta = timedelta(hours=8)
    alcohol_infrared_off: float = 0.2  # of what the skin sent back when the tag was fitted
    alcohol_skin_min_c: float = 25.0  # skin at the ankle is 30 and more, a room is 20


@dataclass(frozen=True, slots=True)
class JudgedViolation:
    """A violation as judging gives it; the contract row of `waypost replay`.

    to_at       first judged clear or end of required time; None: still open
    minutes     minutes in violation, without what could not be told
    raised_at   when the live system first would have raised it (or did)
    withdrawn   was raised, and later fixes took it back
    how         its shape within the required time
    chance      modelled chance that none of it was so; None: not modelled (a gap, an edge, a state)
    first_fix_at, last_fix_at   the first and last fix that show it
    """

    requirement_id: RequirementRef
    kind: RowKind
    from_at: datetime
    to_at: datetime | None
    certainty: Certainty
    minutes: float
    raised_at: datetime
    reasons: tuple[str, ...] = ()
    fix_count: int = 0  # fixes that show it
    depth_m: float = 0.0  # furthest beyond the edge, circle taken off
    withdrawn: bool = False
    how: How = How.NONE
    chance: float | None = field(default=None, compare=False)
    first_fix_at: datetime | None = field(default=None, compare=False)
    last_fix_at: datetime | None = field(default=None, compare=False)
    requirement_version_id: int | None = field(default=None, compare=False)
    parameter_revision_id: int | None = field(default=None, compare=False)
