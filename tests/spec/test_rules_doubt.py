"""How sure a row is: what fixes are worth, which are not to be trusted, and what lies between."""

NIGHT = "19:00-07:00 at home, Europe/London"


def test_one_cell_fix_just_inside_an_exclusion_zone_opens_nothing(rule_story):
    """A cell fix whose circle only just lies inside is worth too little alone: cells jump."""
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 55   50 m cell
            10:12  outside 10 m
        """,
        expect=[],
    )


def test_cell_fixes_just_inside_add_up_to_probable_and_then_certain(rule_story):
    """Two such cell fixes in a row are probable, three are certain, from the first of them on."""
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 55   50 m cell
            10:09  in 55   50 m cell
            10:16  outside 10 m
            11:05  in 55   50 m cell
            11:09  in 55   50 m cell
            11:13  in 55   50 m cell
            11:20  outside 10 m
        """,
        expect=[
            "10:05-10:16 inside exclusion zone, probable, 11.0 min, raised 10:09",
            "11:05-11:20 inside exclusion zone, certain, 15.0 min, raised 11:09",
        ],
        says=["Three cell fixes inside the zone", "modelled chance that all were outside"],
    )


def test_a_fix_on_the_right_side_ends_what_had_added_up(rule_story):
    """Evidence adds up only over fixes in a row: one fix clear of the zone, and it begins anew."""
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 55   50 m cell
            10:07  outside 10 m
            10:09  in 55   50 m cell
            10:11  outside 10 m
            10:13  in 55   50 m cell
            10:16  outside 10 m
        """,
        expect=[],
    )


def test_fixes_seconds_apart_share_their_error_and_are_not_certain(rule_story):
    """A position wanders over a minute or so: a fix five seconds later adds next to nothing."""
    rule_story(
        exclusion="always",
        day="""
            10:00:00  outside 10 m
            10:05:00  in 30    8 m
            10:05:05  in 30    8 m
            10:06:00  outside 10 m
        """,
        expect=["10:05-10:06 inside exclusion zone, probable, 1.0 min, raised 10:05"],
        says=["Two GPS fixes inside the zone", "about 1 in 1,"],
    )


def test_two_fixes_a_minute_apart_inside_an_exclusion_zone_are_certain(rule_story):
    """Inside an exclusion zone one whole circle is told at once, a second makes it certain."""
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 38   12 m
            10:06  in 40    6 m
            10:12  outside 10 m
        """,
        expect=["10:05-10:12 inside exclusion zone, certain, 7.0 min, raised 10:05"],
        says=[
            "the nearest to the edge by 38 m with stated 95 % circles of 6 to 12 m; modelled "
            "chance that all were outside: below 1 in 10,000.",
        ],
    )


def test_a_fix_that_claims_two_metres_and_lies_two_hundred_off_opens_no_curfew_violation(
    rule_story,
):
    """Some fixes claim 2 m and are 200 m wrong: what is no further from home needs a second fix."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:55  home    8 m
            19:05  out 200 2 m
            19:15  home    8 m
        """,
        expect=[],
    )


def test_a_second_such_fix_makes_it_certain_from_the_first(rule_story):
    """Two lies in a row, a minute apart, are not to be expected: then it is no lie."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:55  home    8 m
            19:05  out 200 2 m
            19:06  out 210 2 m
            19:15  home    8 m
        """,
        expect=["19:05-19:15 away from curfew address, certain, 10.0 min, raised 19:06"],
    )


def test_leaving_home_takes_half_a_minute_to_be_certain(rule_story):
    """However many fixes a few seconds bring, a curfew is not certainly broken within thirty."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58:00  home    8 m
            19:05:00  out 200 8 m
            19:05:12  out 200 8 m
            19:05:24  out 200 8 m
            19:06:00  home    8 m
            19:10:00  out 200 8 m
            19:10:20  out 200 8 m
            19:10:40  out 200 8 m
            19:14:00  home    8 m
        """,
        expect=["19:10-19:14 away from curfew address, certain, 4.0 min, raised 19:10:40"],
    )


def test_a_place_that_drifts_across_the_edge_opens_nothing(rule_story):
    """To have left, the whole circle must lie ten metres beyond the edge; drift seldom does."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home    8 m
            19:02  out 15  8 m
            19:04  in 20   8 m
            19:06  out 17  8 m
            19:08  in 15   8 m
            19:10  out 12  8 m
            19:12  home    8 m
        """,
        expect=[],
    )


def test_a_visit_ends_only_ten_metres_clear_of_the_zone(rule_story):
    """To be out of an exclusion zone the whole circle must be ten metres clear of its edge."""
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 8 m
            10:05  in 30   8 m
            10:07  out 12  8 m
            10:09  in 30   8 m
            10:11  out 19  8 m
        """,
        expect=["10:05-10:11 inside exclusion zone, certain, 6.0 min"],
    )


def test_while_the_home_unit_hears_the_tag_no_other_fix_says_it_left(rule_story):
    """The beacon is strongest: satellites and cells err indoors, and the unit hears the tag."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home     20 m beacon
            19:03  home     20 m beacon
            19:04  out 300   6 m
            19:05  out 320   6 m
            19:06  home     20 m beacon
            19:08  out 400 100 m cell
            19:09  home     20 m beacon
        """,
        expect=[],
    )


def test_three_minutes_after_the_home_unit_last_heard_it_the_tag_may_have_left(rule_story):
    """What a fix shows later than that counts again."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home    20 m beacon
            19:03  home    20 m beacon
            19:05  out 300  6 m
            19:07  out 320  6 m
            19:08  out 330  6 m
            19:15  home    20 m beacon
        """,
        expect=["19:07-19:15 away from curfew address, certain, 8.0 min, raised 19:07"],
    )


def test_a_fix_between_two_that_agree_and_belie_it_is_no_breach(rule_story):
    """At home, 400 m off and at home again within two minutes, on foot: it is taken back."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home    8 m
            19:04  home    8 m
            19:05  out 400 2 m
            19:06  home    8 m
            19:10  home    8 m
        """,
        expect=["withdrawn 19:05-19:05 away from curfew address, probable, 0.0 min, raised 19:05"],
    )


def test_a_belied_fix_inside_an_exclusion_zone_stays_as_possible(rule_story):
    """A life may hang on it: such a fix is not taken back, only told for what it is."""
    rule_story(
        exclusion="always",
        day="""
            10:00  out 300 8 m
            10:04  out 300 8 m
            10:05  in 30   2 m
            10:06  out 300 8 m
        """,
        expect=["10:05-10:06 inside exclusion zone, possible, 1.0 min, raised 10:05"],
        says=["agree with each other and contradict it"],
    )


def test_what_two_fixes_show_is_never_belied(rule_story):
    """Neighbours that agree take back one fix, never two."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home    8 m
            19:04  home    8 m
            19:05  out 400 2 m
            19:06  out 400 2 m
            19:07  home    8 m
        """,
        expect=["19:05-19:07 away from curfew address, certain, 2.0 min, raised 19:05"],
    )


def cells(first: str, last: str) -> str:
    """A cell fix every five minutes that cannot tell: its circle covers home and the street."""
    start, end = (int(at[:2]) * 60 + int(at[3:]) for at in (first, last))
    times = [(minute // 60 % 24, minute % 60) for minute in range(start, end + 1, 5)]
    return "\n".join(f"{hour:02}:{minute:02}  out 40 900 m cell" for hour, minute in times)


def test_four_hours_of_fixes_that_cannot_tell_are_time_nobody_can_tell(rule_story):
    """Fixes that cannot tell hold silence off, but not for ever: after four hours they age."""
    rule_story(
        curfew=NIGHT,
        day=f"18:58 home 8 m\n{cells('19:00', '24:25')}\n00:30 home 8 m",
        expect=["23:00-00:30 cannot tell, cannot_tell, 0.0 min, raised 23:15, aged"],
        says=["no fix had told inside from outside for 4 h"],
    )


def test_time_that_cannot_be_told_goes_on_until_a_fix_tells(rule_story):
    """The row stays open while only fixes come that cannot tell."""
    rule_story(
        curfew=NIGHT,
        day=f"18:58 home 8 m\n{cells('19:00', '24:25')}",
        until="00:26",
        expect=["23:00-now cannot tell, cannot_tell, 0.0 min, raised 23:15, aged"],
    )


def test_an_exclusion_never_ages(rule_story):
    """Of an exclusion zone what cannot be told is never a row."""
    rule_story(
        exclusion="always",
        day=f"18:58 outside 8 m\n{cells('19:00', '24:25')}\n00:30 outside 8 m",
        expect=[],
    )


def test_a_train_through_an_exclusion_zone_between_two_fixes_is_possible_presence(rule_story):
    """Two fixes clear of the zone, on both sides of it: possible, and nothing was observed."""
    rule_story(
        exclusion="always",
        day="""
            09:56  out 1500    10 m
            10:00  out 900     10 m
            10:04  across 900  10 m
            10:08  across 1500 10 m
        """,
        expect=["10:00-10:04 inside exclusion zone, possible, 0.0 min, raised 10:04, passage"],
        says=["nothing was observed inside the zone, and the way taken is not known"],
    )


def test_fixes_more_than_a_quarter_of_an_hour_apart_have_no_way_between_them(rule_story):
    """Who knows which way was taken in so long."""
    rule_story(
        exclusion="always",
        day="""
            10:00  out 900    10 m
            10:16  across 900 10 m
        """,
        expect=[],
    )


def test_the_way_out_of_a_visit_is_no_passage(rule_story):
    """What was observed is told as that, and the way in and out of it not again."""
    rule_story(
        exclusion="always",
        day="""
            10:00  out 900    10 m
            10:03  in 30      10 m
            10:06  across 900 10 m
            10:09  out 900    10 m
        """,
        expect=["10:03-10:06 inside exclusion zone, probable, 3.0 min, raised 10:03"],
    )


def test_a_late_fix_on_the_way_takes_the_passage_back(rule_story):
    """The fix that comes late shows that the way went nowhere near the zone, or right into it."""
    rule_story(
        exclusion="always",
        day="""
            10:00  out 900    10 m
            10:02  in 30      10 m received 10:20
            10:04  across 900 10 m
            10:20  across 900 10 m
        """,
        expect=["10:02-10:04 inside exclusion zone, probable, 2.0 min, raised 10:04"],
    )


def test_a_wrong_side_seen_once_before_the_edge_waits_for_a_second_fix(rule_story):
    """Not far enough from home for one fix to be believed: the second makes it a breach from the
    edge of required time on."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:40  home    8 m
            18:55  out 100 8 m
            19:03  out 100 8 m
            19:10  home    8 m
        """,
        expect=["19:00-19:10 away from curfew address, certain, 10.0 min, raised 19:03"],
    )


def test_a_restriction_zone_is_judged_like_a_curfew(rule_story):
    """Whoever must stay within a district and is seen outside it twice has left it."""
    rule_story(
        restriction="always",
        day="""
            10:00  inside  8 m
            10:06  out 100 8 m
            10:07  out 120 8 m
            10:20  inside  8 m
        """,
        expect=["10:06-10:20 outside restriction zone, certain, 14.0 min, raised 10:07"],
    )
