"""The demo's processes start, are watched, and stop; one set a home."""

from __future__ import annotations

import socket
import time

import pytest

from waypost.cli.processes import Processes, answers, free_port
from waypost.errors import BadUse, Unavailable, WaypostError

# A player whose gateway never answers: it runs until it is stopped.
PATIENT = ("world", "play", "--gateway", "http://127.0.0.1:9", "--wearers", "2", "--days", "1")


def test_leaving_stops_what_was_started(tmp_path):
    with Processes(tmp_path) as processes:
        child = processes.start("player", *PATIENT)
        time.sleep(0.3)
        processes.check()
        assert child.process.poll() is None
    assert child.process.poll() is not None


def test_a_process_that_ends_is_noticed_with_its_last_words(tmp_path):
    with Processes(tmp_path) as processes:
        child = processes.start("player", "world", "play", "--gateway", "nonsense")
        child.process.wait(30)
        with pytest.raises(Unavailable, match=r"player ended \(2\): .*http://127"):
            processes.check()


def test_a_second_set_on_one_home_is_refused_and_told_which_runs(tmp_path):
    """Two workers on one home would be safe, and two players would not be what anybody meant."""
    with Processes(tmp_path) as processes:
        child = processes.start("player", *PATIENT)
        with pytest.raises(WaypostError, match=str(child.process.pid)), Processes(tmp_path):
            pytest.fail("it was let in")
    with Processes(tmp_path):
        pass


def test_a_taken_port_gives_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = free_port(port)
        assert found > port
        assert free_port(port, [found]) > found


def test_no_port_beyond_the_last_one():
    with pytest.raises(BadUse):
        free_port(65536)


def test_an_address_where_nobody_listens_does_not_answer():
    assert not answers("http://127.0.0.1:9/readyz")
