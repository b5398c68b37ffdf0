"""Trail, warning ring, inclusion and restriction, and the shapes of a curfew's violations."""

from order_story import requirement, tell
from waypost.orders.values import RequirementKind

CURFEW, EXCLUSION = RequirementKind.CURFEW, RequirementKind.EXCLUSION
INCLUSION, RESTRICTION = RequirementKind.INCLUSION, RequirementKind.RESTRICTION
TRAIL = RequirementKind.TRAIL


def test_a_trail_asks_for_data_wherever_the_person_is():
    """A quarter of an hour without a fix is a row; no place is right or wrong."""
    tell(
        requirement(TRAIL),
        """
            10:00  away   12 m
            10:10  there  12 m
            10:20  out 40 900 m
            10:45  away   12 m
            10:55  away   12 m
        """,
        order_from="10:00",
        expect=["10:20-10:45 cannot tell, cannot_tell, 0.0 min, raised 10:45"],
    )


def test_a_trail_by_hours_asks_for_data_in_those_hours_alone():
    """Nobody is asked to be recorded outside the hours."""
    tell(
        requirement(TRAIL, "09:00-17:00"),
        """
            08:00  away  12 m
            09:05  away  12 m
            16:50  away  12 m received 09:06
            17:40  away  12 m
        """,
        order_from="08:00",
        expect=["09:05-16:50 cannot tell, cannot_tell, 0.0 min"],
    )


def test_the_warning_ring_is_said_before_the_zone_is_entered():
    """Whoever comes within the ring is near a protected place; that is no violation yet."""
    tell(
        requirement(EXCLUSION, warning_m=200.0),
        """
            10:00  away     12 m
            10:10  out 150  12 m
            10:11  out 120  12 m
            10:20  away     12 m
            10:30  away     12 m
        """,
        expect=["10:10-10:20 exclusion warning, certain, 10.0 min, raised 10:10"],
    )


def test_the_warning_goes_on_inside_the_zone_itself():
    """Two rows: the way in and out through the ring, and the zone within it."""
    tell(
        requirement(EXCLUSION, warning_m=200.0),
        """
            10:00  away     12 m
            10:10  out 150  12 m
            10:11  in 30    12 m
            10:12  in 30    12 m
            10:14  out 150  12 m
            10:20  away     12 m
            10:30  away     12 m
        """,
        expect=[
            "10:10-10:20 exclusion warning, certain, 10.0 min, raised 10:10",
            "10:11-10:14 exclusion, certain, 3.0 min, raised 10:11",
        ],
    )


def test_a_zone_in_force_at_hours_warns_in_those_hours_alone():
    """A school is protected while it is open."""
    tell(
        requirement(EXCLUSION, "08:00-16:00", warning_m=200.0),
        """
            07:40  out 100  12 m
            07:45  out 100  12 m
            07:55  away     12 m
            16:10  in 30    12 m
            16:12  in 30    12 m
            16:30  away     12 m
        """,
        expect=[],
    )


def test_who_leaves_a_permitted_area_violates_it():
    """A restriction is the area that must not be left, in its hours."""
    tell(
        requirement(RESTRICTION, "09:00-17:00"),
        """
            08:55  there  12 m
            09:08  there  12 m
            09:20  away   12 m
            09:30  away   12 m
            09:40  there  12 m
            09:50  there  12 m
        """,
        order_from="09:00",
        expect=["09:20-09:40 out during, certain, 20.0 min, raised 09:20"],
    )


def test_who_is_not_in_an_inclusion_zone_in_its_hours_violates_it():
    """An inclusion zone must be reached by its first hour and left after its last."""
    tell(
        requirement(INCLUSION, "09:00-10:00"),
        """
            08:52  away  12 m
            08:58  away  12 m
            09:10  away  12 m
            09:22  away  12 m
            09:34  away  12 m
            09:46  away  12 m
            09:58  away  12 m
            10:10  away  12 m
        """,
        order_from="08:50",
        expect=["09:00-10:00 out all, certain, 60.0 min, raised 09:00"],
    )


def test_late_home_is_told_from_the_start_of_the_curfew():
    """Away when it began, home later."""
    tell(
        requirement(CURFEW, "19:00-07:00"),
        """
            18:50  away   12 m
            18:58  away   12 m
            19:10  away   12 m
            19:21  there  12 m
            19:30  there  12 m
        """,
        order_from="18:50",
        until="19:31",
        expect=["19:00-19:21 late, certain, 21.0 min, raised 19:00"],
    )


def test_late_home_so_far_while_still_away():
    """An open row has the shape that it has so far."""
    tell(
        requirement(CURFEW, "19:00-07:00"),
        """
            18:50  away   12 m
            18:58  away   12 m
            19:10  away   12 m
        """,
        order_from="18:50",
        expect=["19:00-now late, certain, 10.0 min, raised 19:00"],
    )


def test_out_during_the_night_is_neither_late_nor_early():
    """Home at the start, out, and home again."""
    tell(
        requirement(CURFEW, "19:00-07:00"),
        """
            18:58  there  12 m
            19:05  there  12 m
            19:12  away   12 m
            19:20  away   12 m
            19:32  there  12 m
            19:40  there  12 m
        """,
        order_from="18:50",
        until="19:41",
        expect=["19:12-19:32 out during, certain, 20.0 min, raised 19:12"],
    )


def test_leaving_before_the_end_of_the_curfew_is_leaving_early():
    """Away from then to the end of the night."""
    tell(
        requirement(CURFEW, "19:00-20:00"),
        """
            18:58  there  12 m
            19:09  there  12 m
            19:21  there  12 m
            19:33  away   12 m
            19:45  away   12 m
            19:57  away   12 m
            20:08  away   12 m
        """,
        order_from="18:50",
        expect=["19:33-20:00 left early, certain, 27.0 min, raised 19:33"],
    )


def test_away_from_start_to_end_is_out_all_night():
    """A whole curfew broken is one row."""
    tell(
        requirement(CURFEW, "19:00-20:00"),
        """
            18:58  away  12 m
            19:09  away  12 m
            19:21  away  12 m
            19:33  away  12 m
            19:45  away  12 m
            19:57  away  12 m
            20:08  away  12 m
        """,
        order_from="18:50",
        expect=["19:00-20:00 out all, certain, 60.0 min, raised 19:00"],
    )


def test_late_home_is_told_also_where_the_first_fix_comes_after_the_start():
    """Not seen at home since the curfew began, nor shortly before: late, not out during."""
    tell(
        requirement(CURFEW, "19:00-07:00"),
        """
            18:30  away   12 m
            19:04  away   12 m
            19:13  away   12 m
            19:21  there  12 m
            19:30  there  12 m
        """,
        order_from="18:20",
        until="19:31",
        expect=["19:04-19:21 late, certain, 17.0 min"],
    )


def test_who_was_home_just_before_the_curfew_and_left_was_out_during_it():
    """Seen at home two minutes before the start: they left, they were not late."""
    tell(
        requirement(CURFEW, "19:00-07:00"),
        """
            18:58  there  12 m
            19:07  away   12 m
            19:15  away   12 m
            19:24  there  12 m
            19:32  there  12 m
        """,
        order_from="18:20",
        until="19:33",
        expect=["19:07-19:24 out during, certain, 17.0 min"],
    )
