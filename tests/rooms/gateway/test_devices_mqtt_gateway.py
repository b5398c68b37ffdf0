"""The real gateway at a real broker: what it acknowledged is stored; the rest comes again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pyarrow as pa
import pytest

from devices_words import orders_file
from migrated import migrated
from mqtt_words import KINDS, Phone, broker_of, place, until

WAYPOST = [sys.executable, "-m", "waypost.cli.main"]
STARTED = datetime.now(UTC).replace(microsecond=0)
MOMENT = STARTED.timestamp() - 3600


class Home:
    """A gateway at the broker, in a home of its own."""

    def __init__(self, folder, port):
        self.folder, self.port, self.process, self.web = folder, port, None, 0
        kept = {name: value for name, value in os.environ.items() if name != "WAYPOST_DATABASE"}
        self.environment = kept | {"WAYPOST_HOME": str(folder)}

    def start(self):
        listens = ["--listen", f"mqtt=127.0.0.1:{self.port}", "--listen", "http=127.0.0.1:0"]
        self.process = subprocess.Popen(
            [*WAYPOST, "gateway", *listens], stdout=subprocess.PIPE, text=True, env=self.environment
        )
        lines = [self.process.stdout.readline() for _ in range(2)]
        assert lines[0] == f"waypost gateway: mqtt on 127.0.0.1:{self.port}\n"
        self.web = int(lines[1].rpartition(":")[2])
        until(lambda: self.figure("connections_open") == 1)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(timeout=40)
        self.process.stdout.close()
        return code

    def figure(self, name):
        with closing(HTTPConnection("127.0.0.1", self.web, timeout=30)) as client:
            client.request("GET", "/metrics")
            text = client.getresponse().read().decode()
        found = re.search(rf'^waypost_gateway_{name}{{protocol="mqtt"[^}}]*}} (\d+)$', text, re.M)
        return int(found[1]) if found else 0

    def rows(self, sql):
        with closing(sqlite3.connect(self.folder / "waypost.sqlite3", timeout=20)) as store:
            found = store.execute(sql).fetchall()
            store.commit()
            return found

    def lats(self):
        blobs = self.rows("select fixes from positions_logentry order by position")
        tables = [pa.ipc.open_stream(blob).read_all() for (blob,) in blobs]
        return [lat for table in tables for lat in table["lat"].to_pylist()]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A home with its records, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    orders = folder / "orders.json"
    tags = ("D1", "owntracks/anna/mobile")
    orders.write_bytes(orders_file(tags, start=STARTED - timedelta(days=30)))
    environment = Home(folder, 0).environment
    migrated(folder)
    words = [*WAYPOST, "import", "orders", str(orders)]
    subprocess.run(words, check=True, env=environment, capture_output=True)
    return folder


@pytest.fixture(params=KINDS)
def broker(request, tmp_path):
    started = broker_of(request.param, tmp_path)
    started.start()
    yield started
    started.end()


@pytest.fixture
def home(broker, template, tmp_path):
    made = Home(shutil.copytree(template, tmp_path / "home"), broker.port)
    made.start()
    yield made
    if made.process.poll() is None:
        made.stop(signal.SIGKILL)


@pytest.fixture
def phone(broker):
    made = Phone(broker.port)
    yield made
    made.end()


def test_a_phone_is_known_by_its_topic_or_by_the_device_in_it(home, phone):
    phone.say("owntracks/anna/mobile", place(MOMENT, 51.25))
    phone.say("owntracks/ben/D1", place(MOMENT, 51.5, topic="owntracks/anna/mobile"))
    phone.say("owntracks/eve/stranger", place(MOMENT, 51.75))
    until(lambda: home.figure("replies_total") == 3)
    assert sorted(home.lats()) == [51.25, 51.5]
    owners = home.rows(
        "select a.reference from positions_rawmessage r "
        "join orders_activation a on a.id = r.activation_id"
    )
    assert sorted(owners) == [("A-D1",), ("A-owntracks/anna/mobile",)]
    strangers = home.rows("select device_reference, protocol from devices_quarantinedmessage")
    assert strangers == [("owntracks/eve/stranger", "owntracks")]


def test_while_the_store_is_away_nothing_is_acknowledged_and_all_comes_again(home, phone):
    """Some may be in the log twice, as with any sender that resends: readers see one of them."""
    home.rows("alter table positions_logentry rename to gone")
    for n in range(30):
        phone.say("owntracks/anna/mobile", place(MOMENT + n, 51 + n / 100))
    until(lambda: home.figure("refusals_total") >= 1)
    assert home.figure("replies_total") == 0
    home.rows("alter table gone rename to positions_logentry")
    until(lambda: set(home.lats()) == {51 + n / 100 for n in range(30)})


def test_a_gateway_killed_and_started_again_misses_nothing(home, phone):
    for n in range(300):
        phone.say("owntracks/anna/mobile", place(MOMENT + n, 51 + n / 1000), qos=1)
        if n == 150:
            home.stop(signal.SIGKILL)
    home.start()
    until(lambda: len(set(home.lats())) == 300)
    assert set(home.lats()) == {51 + n / 1000 for n in range(300)}


def test_a_broker_that_went_away_is_found_again_with_what_it_kept(home, broker):
    broker.stop()
    until(lambda: home.figure("connections_open") == 0)
    broker.start()
    after = Phone(broker.port, "another")
    after.say("owntracks/anna/mobile", place(MOMENT, 51.25))
    after.end()
    until(lambda: home.lats() == [51.25])
    assert home.figure("connections_total") == 2


def test_told_to_stop_it_ends_well_and_goes_on_later(home, phone):
    phone.say("owntracks/anna/mobile", place(MOMENT, 51.25))
    until(lambda: home.lats() == [51.25])
    assert home.stop() == 0
    phone.say("owntracks/anna/mobile", place(MOMENT + 1, 51.5))
    home.start()
    until(lambda: home.lats() == [51.25, 51.5])
