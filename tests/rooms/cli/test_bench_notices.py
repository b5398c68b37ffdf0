"""The weighing of the notices' bench can fail: it sees what is lost and what is told twice."""

from __future__ import annotations

import json

from waypost.cli.bench_notices import weighed


def line(key: str, to: str, subject: str, text: str = "") -> str:
    return json.dumps({"key": key, "to": to, "subject": subject, "text": text})


def test_a_repeat_under_its_key_is_no_double_and_another_key_is():
    once = line("k1", "o1", "Waypost: alert 7 raised", "alert 7")
    assert weighed([once, once]).doubled == 0
    assert weighed([once, once]).again == 1
    twice = [once, line("k2", "o1", "Waypost: 2 notices", "- alert 7 raised\n- alert 8 raised")]
    found = weighed(twice)
    assert (found.told, found.doubled, found.messages) == (2, 1, 2)
    assert weighed([once, line("k3", "o2", "Waypost: alert 7 raised")]).doubled == 0
