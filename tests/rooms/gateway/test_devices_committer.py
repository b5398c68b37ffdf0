"""The line and the thread that commits: groups, refusals, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from waypost.errors import Unavailable
from waypost.gateway import committer as module
from waypost.gateway.committer import Committer, Waiting, answer_here, in_loop


def ask(committer, items):
    """Offer the items; the outcomes, in order, once all are answered."""
    outcomes, done = {}, threading.Semaphore(0)

    def answer(n):
        def settle(outcome):
            outcomes[n] = outcome
            done.release()

        return settle

    for n, item in enumerate(items):
        committer.offer(item, answer(n), size_bytes=1)
    for _ in items:
        assert done.acquire(timeout=5)
    return [outcomes[n] for n in range(len(items))]


@pytest.fixture
def started():
    running = []

    def start(write, **options):
        committer = Committer(write, **options)
        committer.start()
        running.append(committer)
        return committer

    yield start
    for committer in running:
        committer.stop()


def test_a_lone_message_does_not_wait_for_company(started):
    committer = started(list, linger_s=5.0)
    began = time.monotonic()
    assert ask(committer, ["x"]) == ["x"]
    assert time.monotonic() - began < 1


def test_messages_that_come_together_share_commits_and_keep_their_answers(started):
    groups = []

    def write(items):
        groups.append(len(items))
        time.sleep(0.01)
        return [item * 2 for item in items]

    committer = started(write)
    assert ask(committer, list(range(1200))) == [n * 2 for n in range(1200)]
    assert max(groups) <= module.GROUP_MAX
    assert len(groups) < 20


def test_a_failing_commit_is_answered_for_all_of_it_and_the_next_goes_through(started):
    state = {"away": True}

    def write(items):
        if state["away"]:
            raise Unavailable("away")
        return items

    committer = started(write)
    assert all(isinstance(one, Unavailable) for one in ask(committer, [1, 2, 3]))
    state["away"] = False
    assert ask(committer, [1, 2, 3]) == [1, 2, 3]


def test_a_mistake_of_ours_answers_try_again_and_does_not_end_the_thread(started):
    calls = []

    def write(items):
        calls.append(items)
        if len(calls) == 1:
            raise KeyError("ours")
        return items

    committer = started(write)
    assert isinstance(ask(committer, [1])[0], Unavailable)
    assert ask(committer, [2]) == [2]


def test_a_full_line_refuses_at_once_rather_than_grow(started, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 3)
    gate = threading.Event()

    def write(items):
        gate.wait(5)
        return items

    committer = started(write)
    refusals = []
    for n in range(module.GROUP_MAX + 10):
        try:
            committer.offer(n, lambda outcome: None, size_bytes=1)
        except Unavailable as refusal:
            refusals.append(str(refusal))
    gate.set()
    assert len(refusals) >= 7  # three wait and at most one group of three is being written
    assert "more than it can keep" in refusals[0]


def test_stopping_finishes_what_is_in_line_and_takes_no_more(started):
    answered = []

    def write(items):
        time.sleep(0.01)
        return items

    committer = started(write)
    for n in range(1500):
        committer.offer(n, answered.append, size_bytes=1)
    committer.stop()
    assert answered == list(range(1500))
    with pytest.raises(Unavailable, match="stopping"):
        committer.offer(1, answered.append, size_bytes=1)


def test_a_group_is_answered_by_one_post_in_the_order_of_the_line(started):
    """A hand-over to the event loop for each message costs more than the message itself."""
    posts, answered, all_there = [], [], threading.Event()

    def post(answers):
        posts.append(len(answers))
        answer_here(answers)
        if len(answered) == 300:
            all_there.set()

    committer = started(list, post=post, linger_s=0.2)
    committer.offer_many([Waiting(n, answered.append, 1) for n in range(300)])
    assert all_there.wait(5)
    assert answered == list(range(300))
    assert posts == [300]


def test_several_are_put_in_line_together_or_not_at_all(started, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    answered = []
    committer = started(list)
    with pytest.raises(Unavailable):
        committer.offer_many([Waiting(n, answered.append, 1) for n in range(3)])
    committer.stop()
    assert answered == []


def test_answers_reach_the_thread_of_the_loop_and_none_once_it_is_closed():
    async def asked():
        loop = asyncio.get_running_loop()
        committer = Committer(list, post=in_loop(loop))
        committer.start()
        future = loop.create_future()
        told = []

        def answer(outcome):
            told.append(threading.get_ident())
            future.set_result(outcome)

        committer.offer("x", answer, size_bytes=1)
        outcome = await asyncio.wait_for(future, 5)
        await asyncio.to_thread(committer.stop)
        return outcome, told, in_loop(loop)

    outcome, told, post = asyncio.run(asked())
    assert (outcome, told) == ("x", [threading.get_ident()])
    heard = []
    post([(heard.append, "y")])
    assert heard == []


def test_an_answer_that_fails_does_not_mute_the_others():
    heard = []

    def failing(outcome):
        raise KeyError(outcome)

    answer_here([(failing, 1), (heard.append, 2)])
    assert heard == [2]


def test_what_waited_while_the_last_commit_took_its_time_goes_at_once(started):
    """A commit that waited for the store's lock must not cost its followers a linger on top."""
    began_s, ended_s, in_line = [], [], threading.Event()

    def write(items):
        began_s.append(time.monotonic())
        assert in_line.wait(5)
        time.sleep(0.5)
        ended_s.append(time.monotonic())
        return items

    committer = started(write, linger_s=0.4)
    answered, all_there = [], threading.Event()

    def answer(outcome):
        answered.append(outcome)
        if len(answered) == 2:
            all_there.set()

    committer.offer(1, answer, size_bytes=1)
    while not began_s:
        time.sleep(0.001)
    committer.offer(2, answer, size_bytes=1)
    in_line.set()
    assert all_there.wait(5)
    assert began_s[1] - ended_s[0] < 0.2


@pytest.mark.parametrize("stopping", [True, False])
def test_a_store_that_is_slow_to_say_no_says_it_for_the_whole_line(started, monkeypatch, stopping):
    """Twenty groups that wait twenty seconds each would keep a stop, and every tag, for minutes."""
    monkeypatch.setattr(module, "GIVE_UP_S", 60.0 if stopping else 0.05)
    monkeypatch.setattr(module, "GROUP_MAX", 10)
    gate, tries, answered = threading.Event(), [], []

    def write(items):
        tries.append(len(items))
        gate.wait(5)
        time.sleep(0.1)
        raise Unavailable("away")

    committer = started(write)
    for n in range(100):
        committer.offer(n, answered.append, size_bytes=1)
    if stopping:
        stopped = threading.Thread(target=committer.stop)
        stopped.start()
        time.sleep(0.05)
    gate.set()
    while len(answered) < 100:
        time.sleep(0.01)
    assert len(tries) <= 2  # the first may have been alone
    assert all(isinstance(one, Unavailable) for one in answered)
    assert (committer.waiting, committer.filled) == (0, 0)
    if not stopping:
        committer._write = lambda items: items
        assert ask(committer, [1, 2]) == [1, 2]
