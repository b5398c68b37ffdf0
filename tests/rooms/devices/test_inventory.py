"""The inventory: stock lists, single devices, moves; each written down, none out of turn."""

from __future__ import annotations

import pytest

from devices_words import NOW, import_orders, orders_file
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.cli.main import main
from waypost.devices import actions, inventory
from waypost.devices.estate_watch import WORN_ALREADY, one_round
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, DeviceMove
from waypost.devices.stock_file import ROWS_MAX, StockRow, read_stock
from waypost.errors import BadFile, Conflict, NoSuchThing, Refused
from waypost.orders.models import Activation

LIST = b"""\xef\xbb\xbfdevice_id,serial,kind,model,firmware,sim,status
350000000000017,S-1,tag,GL300W,A1,8944000000000000001,
350000000000025,S-2,home_unit,,,,stock
350000000000033,S-3,,GL300W,,,faulty
"""
KEEPER = Posted(1, "Keeper", frozenset({Role.ADMINISTRATOR}))
POLICE = Posted(2, "Police", frozenset({Role.POLICE_ANALYST}))


def test_a_stock_list_is_read_row_by_row():
    read = read_stock(LIST)
    assert not read.problems
    assert [row.device_id for row in read.rows] == [
        "350000000000017", "350000000000025", "350000000000033",
    ]  # fmt: skip
    assert read.rows[1].model is None  # not stated is not empty
    assert read.rows[2].status is Status.FAULTY


@pytest.mark.parametrize(
    ("row", "kind", "field"),
    [
        (",S-9,tag,,,,", "MISSING_DEVICE_ID", "device_id"),
        ("A,S-9,toaster,,,,", "UNKNOWN_KIND", "kind"),
        ("A,S-9,tag,,,,lost", "UNKNOWN_STATUS", "status"),
        (f"{'9' * 81},,,,,,", "TOO_LONG", "device_id"),
        ("350000000000017,,,,,,", "DUPLICATE_DEVICE", "device_id"),
    ],
)
def test_a_bad_row_spoils_itself_alone(row, kind, field):
    read = read_stock(LIST + row.encode())
    assert len(read.rows) == 3
    assert [(one.type, one.field, one.line) for one in read.problems] == [(kind, field, 5)]


@pytest.mark.parametrize(
    "data",
    [b"", b"serial,kind\nS-1,tag\n", b"device_id\n\xff\xfe\n", b"device_id\nA\0B\n",
     b"device_id\n" + b"A\n" * (ROWS_MAX + 1)],
    ids=["empty", "no device_id", "not UTF-8", "null character", "too long"],
)  # fmt: skip
def test_what_is_no_stock_list_is_refused_whole(data):
    with pytest.raises(BadFile):
        read_stock(data)


def test_columns_may_stand_in_any_order_and_case():
    [row] = read_stock(b"Serial, Device_ID ,colour\nS-1,A,red\n").rows
    assert (row.device_id, row.serial) == ("A", "S-1")


@pytest.mark.database
@pytest.mark.django_db
class TestStore:
    def test_a_list_comes_in_once_however_often_it_is_sent(self):
        rows = read_stock(LIST).rows
        first = actions.import_devices(rows, by=KEEPER, now=NOW)
        again = actions.import_devices(rows, by=KEEPER, now=NOW)
        assert (first.made, first.changed, first.unchanged) == (3, 0, 0)
        assert (again.made, again.changed, again.unchanged) == (0, 0, 3)
        assert not again.problems
        assert DeviceMove.objects.count() == 3  # each entered once
        assert Device.objects.get(serial="S-3").status == "faulty"
        assert AuditLine.objects.filter(kind="device:imported").count() == 2

    def test_a_list_fills_in_what_a_tag_that_spoke_first_did_not_say(self):
        Device.objects.create(reference="350000000000017", status="fitted", known_at=NOW,
                              protocol="queclink")  # fmt: skip
        taken = actions.import_devices(read_stock(LIST).rows, by=KEEPER, now=NOW)
        device = Device.objects.get(reference="350000000000017")
        assert taken.changed == 1
        assert (device.serial, device.model, device.status) == ("S-1", "GL300W", "fitted")

    def test_a_row_that_contradicts_the_inventory_is_a_problem_and_the_rest_goes_in(self):
        actions.import_devices(read_stock(LIST).rows, by=KEEPER, now=NOW)
        rows = [StockRow(2, "NEW", serial="S-1"), StockRow(3, "OTHER", status=Status.DESTROYED),
                StockRow(4, "350000000000017", status=Status.FITTED),
                StockRow(5, "FINE")]  # fmt: skip
        Device.objects.filter(serial="S-1").update(status="returned")
        taken = actions.import_devices(rows, by=KEEPER, now=NOW)
        assert [(one.line, one.type) for one in taken.problems] == [
            (2, "SERIAL_TAKEN"), (3, "MOVE_REFUSED"), (4, "MOVE_REFUSED"),
        ]  # fmt: skip
        assert (taken.made, taken.refused) == (1, 3)

    def test_two_rows_of_one_serial_give_one_device(self):
        rows = [StockRow(2, "A", serial="S"), StockRow(3, "B", serial="S")]
        taken = actions.import_devices(rows, by=KEEPER, now=NOW)
        assert (taken.made, len(taken.problems)) == (1, 1)

    def test_a_device_is_found_by_its_id_first_and_by_its_serial(self):
        """Somebody's serial may be another's id: the id it reports goes first."""
        actions.add_device(StockRow(0, "A", serial="B"), by=KEEPER, now=NOW)
        actions.add_device(StockRow(0, "B", serial="C"), by=KEEPER, now=NOW)
        assert inventory.find("B").serial == "C"
        assert inventory.find("C").reference == "B"
        assert inventory.find("D") is None

    def test_a_move_is_written_down_with_who_when_and_why(self):
        number = actions.add_device(StockRow(0, "A"), by=KEEPER, now=NOW)
        actions.move_device(number, Status.FAULTY, "no light", by=KEEPER, now=NOW)
        actions.move_device(number, Status.DESTROYED, "recycled", by=KEEPER, now=NOW)
        moves = DeviceMove.objects.filter(device_id=number).order_by("pk")
        assert list(moves.values_list("from_status", "to_status", "by_id", "reason")) == [
            ("", "stock", 1, "entered in the inventory"),
            ("stock", "faulty", 1, "no light"),
            ("faulty", "destroyed", 1, "recycled"),
        ]
        kinds = AuditLine.objects.order_by("number").values_list("kind", flat=True)
        assert list(kinds) == ["device:added", "device:moved", "device:moved"]

    @pytest.mark.parametrize("to", [Status.STOCK, Status.FAULTY])
    def test_a_device_worn_by_somebody_is_not_moved_from_under_them(self, to):
        import_orders(orders_file(("D1",)))
        Device.objects.create(reference="D1", status="fitted", known_at=NOW)
        with pytest.raises(Refused, match="still on somebody"):
            actions.move_device(Device.objects.get().pk, to, "lost", by=KEEPER, now=NOW)
        assert Device.objects.get().status == "fitted"

    def test_a_stale_page_moves_nothing(self):
        """Two officers look at one device; the second's move meets the first's."""
        number = actions.add_device(StockRow(0, "A"), by=KEEPER, now=NOW)
        seen = inventory.get(number)
        actions.move_device(number, Status.FAULTY, "no light", by=KEEPER, now=NOW)
        with pytest.raises(Conflict):
            inventory.move(seen, Status.RETURNED, by=KEEPER, now=NOW, reason="to its maker")

    def test_nobody_moves_a_device_to_fitted_by_hand(self):
        number = actions.add_device(StockRow(0, "A"), by=KEEPER, now=NOW)
        with pytest.raises(Refused, match="start there"):
            actions.move_device(number, Status.FITTED, "on P1", by=KEEPER, now=NOW)

    def test_what_is_not_there_or_not_allowed_is_refused(self):
        with pytest.raises(NoSuchThing):
            actions.move_device(99, Status.FAULTY, "x", by=KEEPER, now=NOW)
        with pytest.raises(Refused, match="device:stock"):
            actions.add_device(StockRow(0, "A"), by=POLICE, now=NOW)
        assert not Device.objects.exists()

    def test_a_description_is_mended_and_keeps_the_id(self):
        number = actions.add_device(StockRow(0, "A", serial="S"), by=KEEPER, now=NOW)
        actions.describe_device(number, StockRow(0, "A", model="GL50"), by=KEEPER, now=NOW)
        assert (Device.objects.get().model, Device.objects.get().serial) == ("GL50", "S")
        with pytest.raises(Refused, match="keeps the id"):
            actions.describe_device(number, StockRow(0, "B"), by=KEEPER, now=NOW)

    def test_a_worn_tag_nobody_entered_is_entered_and_one_in_stock_is_fitted(self):
        """An order's record says that it is worn: the inventory must not say otherwise."""
        actions.add_device(StockRow(0, "D1"), by=KEEPER, now=NOW)
        import_orders(orders_file(("D1", "D2")))
        one_round(NOW)
        assert set(Device.objects.values_list("reference", "status")) == {
            ("D1", "fitted"), ("D2", "fitted"),
        }  # fmt: skip
        move = DeviceMove.objects.get(to_status="fitted")
        assert (move.reason, move.by_id) == (WORN_ALREADY, None)
        assert move.activation == Activation.objects.get(device_reference="D1")
        lines = AuditLine.objects.count()
        one_round(NOW)
        assert AuditLine.objects.count() == lines  # said once

    def test_a_faulty_tag_that_is_worn_is_no_business_of_the_machine(self):
        """It shows as a finding: one of the two records is wrong, and only a person knows which."""
        actions.add_device(StockRow(0, "D1", status=Status.FAULTY), by=MACHINE, now=NOW)
        import_orders(orders_file(("D1",)))
        one_round(NOW)
        assert Device.objects.get().status == "faulty"
        kinds = Activation.objects.get().findings.values_list("kind", flat=True)
        assert "not_fitted" in kinds


@pytest.mark.database
@pytest.mark.django_db
def test_the_command_says_what_became_of_the_list(tmp_path, capsys):
    path = tmp_path / "stock.csv"
    path.write_bytes(LIST + b"350000000000041,,toaster,,,,\n")
    assert main(["import", "devices", str(path)]) == 0
    said = capsys.readouterr()
    assert "3 new, 0 changed, 0 as before, 1 rows refused." in said.out
    assert "line 5: kind: no kind of ours (sent: toaster)" in said.err
    path.write_text("serial\nS-1\n")
    assert main(["import", "devices", str(path)]) == 1
    assert "device_id" in capsys.readouterr().err
