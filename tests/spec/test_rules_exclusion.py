"""Exclusion zones: one fix wholly inside is told at once, silence never is."""


def test_one_fix_wholly_inside_is_probable_at_once(rule_story):
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 30   10 m
            10:10  outside 10 m
        """,
        expect=["10:05-10:10 inside exclusion zone, probable, 5.0 min, raised 10:05"],
    )


def test_a_second_fix_inside_makes_it_certain(rule_story):
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  in 30   10 m
            10:09  in 40   10 m
            10:16  outside 10 m
        """,
        expect=["10:05-10:16 inside exclusion zone, certain, 11.0 min, raised 10:05"],
    )


def test_a_cell_fix_whose_circle_covers_the_zone_says_nothing(rule_story):
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            10:05  inside 900 m
            10:10  outside 10 m
        """,
        expect=[],
    )


def test_silence_is_never_a_violation_of_an_exclusion(rule_story):
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 10 m
            16:00  outside 10 m
        """,
        expect=[],
    )


def test_an_exclusion_that_begins_while_inside_raises_at_its_edge(rule_story):
    rule_story(
        exclusion="08:00-10:00 round the school",
        day="""
            07:50  in 30  8 m
            07:55  in 30  8 m
            08:05  in 30  8 m
            08:10  outside 8 m
        """,
        expect=["08:00-08:10 inside exclusion zone, certain, 10.0 min, raised 08:00"],
    )


def test_leaving_before_the_edge_raises_nothing(rule_story):
    rule_story(
        exclusion="08:00-10:00 round the school",
        day="""
            07:50  in 30    8 m
            07:58  outside  8 m
            08:30  outside  8 m
        """,
        expect=[],
    )


def test_a_fix_home_at_the_very_edge_leaves_nothing_standing(rule_story):
    """The row that live raised on the stroke had no length: it is taken back."""
    rule_story(
        exclusion="08:00-10:00 round the school",
        day="""
            07:50  in 30    8 m
            08:00  outside  8 m received 08:01
        """,
        expect=["withdrawn 08:00-08:00 inside exclusion zone"],
    )


def test_visits_less_than_five_minutes_apart_are_one(rule_story):
    rule_story(
        exclusion="always",
        day="""
            10:00  outside 8 m
            10:05  in 30   8 m
            10:06  outside 8 m
            10:10  in 30   8 m
            10:12  outside 8 m
            10:17  in 30   8 m
            10:18  outside 8 m
        """,
        expect=[
            "10:05-10:12 inside exclusion zone, probable, 3.0 min",
            "10:17-10:18 inside exclusion zone, probable, 1.0 min",
        ],
    )


def test_a_jump_at_impossible_speed_is_not_judged(rule_story):
    """Two kilometres in ten seconds: the tag lied once; after three times it is believed."""
    rule_story(
        exclusion="always",
        day="""
            10:00:00  outside 8 m
            10:00:10  in 30   8 m
            10:01:00  outside 8 m
        """,
        expect=[],
    )
