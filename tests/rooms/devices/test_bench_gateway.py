"""The bench's tags and its baseline, small: what is sent is answered and counted, once."""

from __future__ import annotations

import argparse

import pytest

from waypost.errors import BadUse
from waypost.gateway import bench_house as house
from waypost.gateway.bench import PARTS, bench
from waypost.gateway.bench_load import IMEI, osmand_message, queclink_message
from waypost.protocols import queclink


@pytest.mark.parametrize("more", [{"in_flight": 3}, {"rate": 400, "seconds": 0.5}])
def test_every_message_of_a_load_is_answered_once(tmp_path, more):
    with house.running(house.echo(tmp_path)) as (bare,):
        figures = house.load(bare, connections=10, messages=200, **more)
    assert figures["answered"] == figures["sent"] >= 150
    assert figures["lost"] == 0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"] <= figures["max_ms"]
    kept = (tmp_path / "echo").read_bytes().count(b"GTFRI")
    assert kept == figures["sent"] + 10  # each connection's first message is no part of the figures


def test_the_benchs_messages_are_such_as_tags_send():
    """A load of refused messages, or of one message again and again, would tell nothing."""
    seen = [queclink.decode(queclink_message(tag, count, 1_772_000_000)) for tag, count in
            ((0, 1), (0, 2), (7, 1))]  # fmt: skip
    assert [decoded.error for decoded in seen] == [None] * 3
    assert [decoded.device_id for decoded in seen] == [str(IMEI), str(IMEI), str(IMEI + 7)]
    assert len({(decoded.fixes[0].lat, decoded.fixes[0].lon) for decoded in seen}) == 3
    assert osmand_message(0, 1, 1_772_000_000) != osmand_message(0, 2, 1_772_000_000)


def test_a_part_that_is_not_there_is_refused_by_name():
    with pytest.raises(BadUse, match=r"no part 'udp'.*paced"):
        bench(argparse.Namespace(part=["udp"], rows=None, full=False))
    assert set(PARTS) == {"paced", "connected", "http", "mqtt", "tcp", "growth", "intake"}
