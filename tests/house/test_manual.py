"""Every story of the rules stands in the manual, as a sentence with its day and what is judged."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import manual  # noqa: E402


def test_each_story_has_its_heading_and_its_day():
    text = "\n".join(manual.pages().values())
    for path in manual.SPEC.glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert f"## {manual.sentence(node.name)}" in text
    assert text.count("\nJudged") >= 50


def test_a_story_is_printed_as_it_is_run():
    code = '''
def test_a_day(rule_story):
    """Why."""
    rule_story(exclusion="always", day="""
        10:00  inside 8 m
    """, expect=["10:00-now inside"])
'''
    (rule,) = manual._rules(ast.parse(code))
    assert rule.splitlines() == [
        "## A day", "", "Why.", "", "Asked: `exclusion: always`.", "", "```", "10:00  inside 8 m",
        "```", "", "Judged:", "", "- 10:00-now inside",
    ]  # fmt: skip


def test_every_move_of_an_alert_is_drawn_with_who_makes_it():
    """The diagram and the table below it come from NEXT: neither more moves nor fewer."""
    import alert_manual

    from waypost.alerts.lifecycle import STATUS_WORDS
    from waypost.alerts.values import NEXT

    text = alert_manual.pages()["manual/alerts.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    drawn = set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M))
    assert drawn == table
    for before in NEXT:
        for after in NEXT[before]:
            words = (
                rf"^\| {STATUS_WORDS[before]} \| {STATUS_WORDS[after]} \| (An officer|Waypost): "
            )
            assert re.search(words, text, re.M), (before, after)


def test_every_move_of_a_notification_to_the_police_is_drawn_with_who_makes_it():
    import police_manual

    from waypost.policing.lifecycle import STATUS_WORDS
    from waypost.policing.values import NEXT

    text = police_manual.pages()["manual/police.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in NEXT:
        for after in NEXT[before]:
            words = rf"^\| {STATUS_WORDS[before]} \| {STATUS_WORDS[after]} \| The (provider|force)"
            assert re.search(words, text, re.M), (before, after)


def test_every_move_of_a_match_under_review_is_drawn_with_who_makes_it():
    import review_manual

    from waypost.review.lifecycle import STATUS_WORDS
    from waypost.review.values import NEXT

    text = review_manual.pages()["manual/review.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in NEXT:
        for after in NEXT[before]:
            words = rf"^\| {STATUS_WORDS[before]} \| {STATUS_WORDS[after]} \| (An analyst|A second)"
            assert re.search(words, text, re.M), (before, after)


def test_every_move_of_a_merge_and_every_column_of_a_cohort_sheet_is_in_the_manual():
    import identity_manual

    from waypost.identity.cohort_columns import NAMES
    from waypost.identity.values import NEXT

    text = identity_manual.pages()["manual/identity.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for name in NAMES:
        assert f"| `{name}` |" in text, name


def test_every_move_of_an_assessment_a_check_and_a_leave_is_drawn_with_who_makes_it():
    import suitability_manual

    from waypost.suitability.values import CHECK_NEXT, LEAVE_NEXT, NEXT

    text = suitability_manual.pages()["manual/suitability.md"]
    table = {
        (before.value, after.value)
        for moves in (NEXT, CHECK_NEXT, LEAVE_NEXT)
        for before in moves
        for after in moves[before]
    }
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    assert len(re.findall(r"^\| [a-z ]+ \| [a-z ]+ \| (The|An|Whoever)", text, re.M)) >= len(table)


def test_every_lifecycle_of_plans_is_drawn_as_its_table_says():
    import plans_manual

    from waypost.plans.values import CYCLE_WORDS, NEXT, Cycle

    text = plans_manual.pages()["manual/plans.md"]
    for one in Cycle:
        part = text.split(f"## {CYCLE_WORDS[one]}\n")[1].split("\n## ")[0]
        table = {(before, after) for before in NEXT[one] for after in NEXT[one][before]}
        assert set(re.findall(r"^    (\w+) --> (\w+)$", part, re.M)) == table


def test_every_exercise_stands_in_the_manual_with_its_answers_and_why():
    import training_manual

    from waypost.training.exercises import EXERCISES

    text = training_manual.pages()["manual/training.md"]
    for one in EXERCISES:
        assert f"## {one.title}\n" in text
        for question in one.questions:
            assert f"**{dict(question.choices)[question.right]}**" in text
            assert question.why in text


def test_every_move_of_a_request_to_be_away_and_of_a_complaint_is_drawn_with_who_makes_it():
    import asking_manual

    from waypost.asking import lifecycle as asking
    from waypost.asking.values import NEXT as ABSENCES
    from waypost.voice import lifecycle as voice
    from waypost.voice.values import NEXT as COMPLAINTS

    for name, table, words in (
        ("ask-first", ABSENCES, asking),
        ("own-voice", COMPLAINTS, voice),
    ):
        text = asking_manual.pages()[f"manual/{name}.md"]
        drawn = set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M))
        assert drawn == {(before.value, after.value) for before in table for after in table[before]}
        for one in words.moves():
            row = f"| {words.STATUS_WORDS[one.before]} | {words.STATUS_WORDS[one.after]} | "
            assert f"{row}{one.words} |" in text, one


def test_every_move_of_a_referral_to_a_service_is_drawn():
    import pathways_manual

    from waypost.pathways.values import NEXT, STATUS_WORDS

    text = pathways_manual.pages()["manual/services.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in NEXT:
        for after in NEXT[before]:
            assert f"| {STATUS_WORDS[before]} | {STATUS_WORDS[after]} |" in text, (before, after)


def test_every_move_of_a_review_in_court_is_drawn():
    import young_court_manual

    from waypost.young_court.values import NEXT, STATUS_WORDS

    text = young_court_manual.pages()["manual/young-adult-court.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in NEXT:
        for after in NEXT[before]:
            assert f"| {STATUS_WORDS[before]} | {STATUS_WORDS[after]} |" in text, (before, after)


def test_every_move_of_a_spend_is_drawn():
    import budgets_manual

    from waypost.pathways.budgeting import SPEND_NEXT, SPEND_WORDS

    text = budgets_manual.pages()["manual/budgets.md"]
    table = {(before.value, after.value) for before in SPEND_NEXT for after in SPEND_NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in SPEND_NEXT:
        for after in SPEND_NEXT[before]:
            assert f"| {SPEND_WORDS[before]} | {SPEND_WORDS[after]} |" in text, (before, after)


def test_every_move_of_iom_is_drawn():
    import iom_manual

    from waypost.iom import values

    text = iom_manual.pages()["manual/iom.md"]
    drawn = set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M))
    tables = (values.NEXT_STANDING, values.NEXT_OFFER, values.NEXT_CONFERENCE, values.NEXT_ACTION,
              values.NEXT_TASK)  # fmt: skip
    moves = {(a.value, b.value) for table in tables for a in table for b in table[a]}
    assert drawn == moves
    for table, words in ((values.NEXT_OFFER, values.OFFER_WORDS),
                         (values.NEXT_TASK, values.TASK_WORDS)):  # fmt: skip
        for before in table:
            for after in table[before]:
                assert f"| {words[before]} | {words[after]} |" in text, (before, after)


def test_every_problem_and_note_of_an_offence_file_is_in_the_manual():
    import offence_manual

    from waypost.offences.messages import MINISTRY, OURS

    text = offence_manual.pages()["manual/offences.md"]
    for name in (*MINISTRY, *OURS, "ENDS_AFTER_ARRIVAL", "SHIFTED_BY_ONE_HOUR",
                 "TEXT_TELLS_LOCAL_TIME"):  # fmt: skip
        assert f"`{name}`" in text, name


def test_every_move_of_an_order_is_drawn_as_the_table_has_it():
    import life_manual

    from waypost.life.values import NEXT

    text = life_manual.pages()["manual/order-life.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table


def test_the_law_of_every_kind_of_order_is_printed_with_its_source():
    import life_manual

    from waypost.orders.law import LAW
    from waypost.orders.words import order_words

    text = life_manual.pages()["manual/order-law.md"]
    for kind, law in LAW.items():
        assert f"## {order_words(kind)}" in text
        assert law.source in text


def test_every_move_of_a_courts_message_is_drawn_with_when_it_is_made():
    import court_manual

    from waypost.courts.values import NEXT, STATUS_WORDS

    text = court_manual.pages()["manual/courts.md"]
    table = {(before.value, after.value) for before in NEXT for after in NEXT[before]}
    assert set(court_manual.MOVES) == table
    assert set(re.findall(r"^    (\w+) --> (\w+): \S", text, re.M)) == table
    for before in NEXT:
        for after in NEXT[before]:
            assert f"| {STATUS_WORDS[before]} | {STATUS_WORDS[after]} | " in text
