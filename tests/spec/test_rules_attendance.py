"""Appointments: attended, late, left early, missed, or could not be monitored."""

from order_story import appointment, tell


def test_who_is_there_from_the_start_to_the_end_has_attended():
    """Being seen at the place all through leaves no row."""
    tell(
        appointment("10:00"),
        """
            09:50  away   12 m
            09:58  there  12 m
            10:05  there  12 m
            10:15  there  12 m
            10:25  there  12 m
            10:35  there  12 m
            10:45  there  12 m
            10:55  there  12 m
            11:05  there  12 m
            11:20  away   12 m
        """,
        expect=[],
    )


def test_coming_within_the_grace_is_in_time():
    """The grace is for coming late; only who comes after it is late."""
    tell(
        appointment("10:00", grace=10),
        """
            09:56  away   12 m
            10:04  away   12 m
            10:09  there  12 m
            10:20  there  12 m
            10:32  there  12 m
            10:45  there  12 m
            10:58  there  12 m
            11:06  away   12 m
        """,
        expect=[],
    )


def test_who_comes_after_the_grace_is_late_from_the_start():
    """Late counts from the start of the appointment to the first fix there."""
    tell(
        appointment("10:00", grace=10),
        """
            09:56  away   12 m
            10:04  away   12 m
            10:12  away   12 m
            10:22  there  12 m
            10:34  there  12 m
            10:46  there  12 m
            10:58  there  12 m
            11:06  away   12 m
        """,
        expect=["10:00-10:22 late, certain, 22.0 min, raised 10:12"],
    )


def test_nobody_is_called_late_before_a_fix_after_the_grace_shows_it():
    """Tags upload late: that the last known fix was away says nothing of the time since."""
    tell(
        appointment("10:00", grace=10),
        """
            09:52  away   12 m
            09:58  away   12 m
            10:08  there  12 m received 10:20
            10:11  tick
            10:18  there  12 m received 10:20
        """,
        expect=[],
    )


def test_who_never_comes_has_missed_it():
    """A missed appointment lasts from its start to its end."""
    tell(
        appointment("10:00", grace=10),
        """
            09:56  away   12 m
            10:06  away   12 m
            10:18  away   12 m
            10:30  away   12 m
            10:42  away   12 m
            10:54  away   12 m
            11:06  away   12 m
        """,
        expect=["10:00-11:00 missed, certain, 60.0 min, raised 10:18"],
    )


def test_leaving_before_the_minimum_stay_is_leaving_early():
    """It is told when the stay can no longer be met, not at the moment of leaving: who is out for
    a smoke comes back."""
    tell(
        appointment("10:00", stay=30),
        """
            09:58  there  12 m
            10:08  there  12 m
            10:20  away   12 m
            10:30  away   12 m
            10:40  away   12 m
            10:50  away   12 m
            10:58  away   12 m
            11:06  away   12 m
        """,
        expect=["10:20-11:00 left early, certain, 40.0 min, raised 10:50"],
    )


def test_leaving_after_the_minimum_stay_is_no_violation():
    """Half an hour was asked; the appointment's hour need not be sat out."""
    tell(
        appointment("10:00", stay=30),
        """
            09:58  there  12 m
            10:08  there  12 m
            10:20  there  12 m
            10:33  there  12 m
            10:40  away   12 m
            10:52  away   12 m
            11:06  away   12 m
        """,
        expect=[],
    )


def test_going_out_and_coming_back_in_time_for_the_minimum_stay_is_no_violation():
    """The stay adds up: twenty minutes, a break, and twenty minutes more are forty."""
    tell(
        appointment("10:00", stay=30),
        """
            09:58  there  12 m
            10:10  there  12 m
            10:20  away   12 m
            10:30  away   12 m
            10:38  there  12 m
            10:50  there  12 m
            10:58  there  12 m
            11:06  away   12 m
        """,
        expect=[],
    )


def test_without_a_minimum_stay_all_of_the_appointment_is_asked():
    """An order that says nothing of a stay asks for the whole appointment."""
    tell(
        appointment("10:00"),
        """
            09:58  there  12 m
            10:10  there  12 m
            10:20  there  12 m
            10:30  away   12 m
            10:40  away   12 m
            10:50  away   12 m
            11:06  away   12 m
        """,
        expect=["10:30-11:00 left early, certain, 30.0 min, raised 10:30"],
    )


def test_late_and_gone_again_too_soon_is_both():
    """Whoever comes late still owes the minimum stay."""
    tell(
        appointment("10:00", stay=30),
        """
            09:56  away   12 m
            10:08  away   12 m
            10:14  away   12 m
            10:20  there  12 m
            10:30  there  12 m
            10:36  away   12 m
            10:46  away   12 m
            10:56  away   12 m
            11:06  away   12 m
        """,
        expect=[
            "10:00-10:20 late, certain, 20.0 min, raised 10:14",
            "10:36-11:00 left early, certain, 24.0 min, raised 10:46",
        ],
    )


def test_an_appointment_without_any_fix_could_not_be_monitored():
    """No data is not a missed appointment; it is told once uploads have had their time."""
    tell(
        appointment("10:00"),
        """
            09:20  away   12 m
            11:30  away   12 m
        """,
        expect=["10:00-11:00 not monitored, cannot_tell, 0.0 min, raised 11:15"],
    )


def test_without_grace_the_start_is_no_fix_that_shows_anybody_late():
    """Nothing was received of the appointment: the start, which is also the end of no grace, must
    not stand in for a fix."""
    tell(
        appointment("10:00", grace=0),
        """
            09:30  away   12 m
            11:40  away   12 m
        """,
        expect=["10:00-11:00 not monitored, cannot_tell, 0.0 min, raised 11:15"],
    )


def test_a_building_that_gnss_does_not_reach_makes_nobody_miss_an_appointment():
    """Circles across the edge tell nothing, however many there are: it could not be monitored."""
    tell(
        appointment("10:00"),
        """
            09:20  away   12 m
            09:50  out 90 400 m
            10:02  out 90 400 m
            10:12  in 10  300 m
            10:22  out 90 400 m
            10:32  in 10  300 m
            10:42  out 90 400 m
            10:52  in 10  300 m
            11:05  out 90 400 m
            11:20  away   12 m
        """,
        expect=["10:00-11:00 not monitored, cannot_tell, 0.0 min, raised 11:15"],
    )


def test_a_fix_at_the_door_shows_the_visit_that_the_walls_hide():
    """Seen there before the start and not away since: there, though only wide circles follow."""
    tell(
        appointment("10:00"),
        """
            09:30  away   12 m
            09:42  in 30  12 m
            09:52  in 10  300 m
            10:02  out 90 400 m
            10:12  in 10  300 m
            10:22  out 90 400 m
            10:32  in 10  300 m
            10:42  out 90 400 m
            10:52  in 10  300 m
            11:05  away   12 m
        """,
        expect=[],
    )


def test_who_was_seen_there_shortly_before_and_is_silent_then_is_not_called_absent():
    """Not seen away since the door: probably they came, and it is said that nothing tells of the
    hour itself. A building may hide a tag wholly."""
    tell(
        appointment("10:00"),
        """
            09:40  away   12 m
            09:50  there  12 m
            11:40  away   12 m
        """,
        expect=["10:00-11:00 cannot tell, cannot_tell, 0.0 min, raised 11:00"],
    )


def test_the_door_alone_is_no_certain_visit_though_to_come_is_enough():
    """Where no minute of a stay is asked, silence after the door still says cannot tell: else who
    is not heard again would have come for certain."""
    tell(
        appointment("10:00", stay=0),
        """
            09:36  there  12 m
            11:40  away   12 m
        """,
        expect=["10:00-11:00 cannot tell, cannot_tell, 0.0 min, raised 11:00"],
    )


def test_a_place_decisively_elsewhere_is_a_missed_appointment_even_with_wide_circles():
    """A cell fix of 400 m at 2 km is elsewhere."""
    tell(
        appointment("10:00"),
        """
            09:56  away  400 m
            10:06  away  400 m
            10:16  away  400 m
            10:26  away  400 m
            10:36  away  400 m
            10:46  away  400 m
            10:56  away  400 m
            11:06  away  400 m
        """,
        expect=["10:00-11:00 missed, certain, 60.0 min, raised 10:16"],
    )


def test_hidden_time_that_could_hold_the_visit_leaves_missing_it_probable():
    """Seen elsewhere for most of it; for twenty minutes nothing is known."""
    tell(
        appointment("10:00", stay=15),
        """
            09:56  away  12 m
            10:06  away  12 m
            10:18  away  12 m
            10:40  away  12 m
            10:50  away  12 m
            11:06  away  12 m
        """,
        expect=["10:00-11:00 missed, probable, 38.0 min, raised 10:18"],
    )


def test_who_was_late_and_is_not_seen_again_is_late_and_the_rest_cannot_be_told():
    """Twelve minutes shown away, the rest hidden: they may have come later."""
    tell(
        appointment("10:00", stay=15),
        """
            09:56  away  12 m
            10:06  away  12 m
            10:12  away  12 m
            12:00  away  12 m
        """,
        expect=[
            "10:00-10:12 late, certain, 12.0 min, raised 10:12",
            "10:12-11:00 cannot tell, cannot_tell, 0.0 min, raised 11:15",
        ],
    )


def test_who_is_first_seen_there_after_the_grace_may_have_come_in_time():
    """Nothing is known of the first half hour: no lateness, and the half hour is said."""
    tell(
        appointment("10:00"),
        """
            09:20  away   12 m
            10:30  there  12 m
            10:42  there  12 m
            10:54  there  12 m
            11:06  away   12 m
        """,
        expect=["10:00-10:30 cannot tell, cannot_tell, 0.0 min"],
    )


def test_lateness_after_hidden_time_is_possible_only():
    """They may have come, and gone, before the first fix: nobody is called for that."""
    tell(
        appointment("10:00"),
        """
            09:20  away   12 m
            10:22  away   12 m
            10:30  away   12 m
            10:36  there  12 m
            10:48  there  12 m
            10:58  there  12 m
            11:06  away   12 m
        """,
        expect=[
            "10:00-10:22 cannot tell, cannot_tell, 0.0 min",
            "10:00-10:36 late, possible, 14.0 min, raised 10:36",
        ],
    )


def test_who_comes_in_time_and_is_first_seen_there_after_the_grace_is_not_late_for_sure():
    """Under a roof wide circles tell nothing; after the last fix away they may be in time."""
    tell(
        appointment("10:00", grace=10),
        """
            09:57  away    8 m
            09:59  away    8 m
            10:02  there 150 m
            10:06  there 150 m
            10:13  there  10 m
            10:24  there  10 m
            10:36  there  10 m
            10:48  there  10 m
            10:58  there  10 m
            11:06  away   12 m
        """,
        expect=["10:00-10:13 late, possible, 13.0 min, raised 10:13"],
    )


def test_a_late_upload_takes_lateness_back():
    """Raised by what was known; the fixes that came late show that it was kept."""
    tell(
        appointment("10:00", stay=30),
        """
            09:58  there  12 m received 10:40
            10:06  there  12 m received 10:40
            10:12  out 90 12 m
            10:13  out 90 12 m
            10:18  there  12 m received 10:40
            10:28  there  12 m received 10:40
            10:38  there  12 m received 10:40
            10:48  there  12 m
            11:06  away   12 m
        """,
        expect=["withdrawn 10:00-10:13 late, certain, 0.0 min, raised 10:13"],
    )


def test_an_authorised_absence_takes_the_appointment_out():
    """Nobody need come to an appointment that was excused."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from waypost.orders.values import Absence

    excused = Absence(
        datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC), "hospital"
    )
    tell(
        replace(appointment("10:00"), exceptions=(excused,)),
        """
            09:56  away  12 m
            10:06  away  12 m
            10:18  away  12 m
            11:06  away  12 m
        """,
        expect=[],
    )


def test_an_appointment_stays_at_its_wall_time_when_the_clocks_change():
    """Ten in the morning is ten in the morning on the Monday after the clocks went forward."""
    tell(
        appointment("10:00"),
        """
            09:56  away  12 m
            10:06  away  12 m
            10:18  away  12 m
            10:30  away  12 m
            10:42  away  12 m
            10:54  away  12 m
            11:06  away  12 m
        """,
        starts_on="2026-03-30",
        expect=["10:00-11:00 missed, certain, 60.0 min, raised 10:18"],
    )


def test_each_appointment_is_judged_by_itself():
    """Missed on Monday, kept on Tuesday."""
    tell(
        appointment("10:00", days="MO,TU", stay=20, minutes=30),
        """
            09:56  away   12 m
            10:06  away   12 m
            10:18  away   12 m
            10:28  away   12 m
            10:40  away   12 m
            09:58  there  12 m
            10:09  there  12 m
            10:21  there  12 m
            10:40  away   12 m
        """,
        expect=["10:00-10:30 missed, certain, 30.0 min, raised 10:18"],
    )
