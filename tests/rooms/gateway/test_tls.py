"""TLS at the doors: agreed within a time, and a certificate speaks for its own device only."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import pytest

from certificates import Authority, client_context
from stream_words import IMEI, fri, in_house, sack
from waypost.devices.values import FlagKind
from waypost.errors import BadUse
from waypost.gateway.limits import Limits, Refusal
from waypost.gateway.listening import Listen, read_listen
from waypost.gateway.tls import TlsFiles, devices_of, load_certificate, read_tls, server_context

OTHER = "866425039999999"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.server()


async def talk(house, context, *parts, pause_s=0.0):
    """What comes back over TLS within a moment of quiet, or until the gateway closes."""
    try:
        reader, writer = await house.connect(ssl=context)
    except (OSError, ssl.SSLError):
        return None
    said = b""
    with contextlib.suppress(ConnectionError, TimeoutError, ssl.SSLError, RuntimeError):
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause_s)
        while more := await asyncio.wait_for(reader.read(65536), 0.5):
            said += more
    writer.close()
    return said


def test_a_tag_speaks_over_tls_as_it_would_without(authority, server):
    stream = b"".join(fri(n) for n in range(200))
    parts = [stream[at : at + 777] for at in range(0, len(stream), 777)]

    async def story(house):
        said = await talk(house, client_context(authority), *parts, pause_s=0.002)
        assert said == b"".join(sack(n) for n in range(200))
        assert len(house.store.kept) == 200
        assert house.store.kept[0].network == "net of 127.0.0.1"

    in_house(story, context=server_context(TlsFiles(*server)))


def test_many_that_come_at_once_are_all_answered(authority, server):
    async def story(house):
        context = client_context(authority)
        said = await asyncio.gather(*(talk(house, context, fri(n)) for n in range(60)))
        assert said == [sack(n) for n in range(60)]
        await house.until(lambda: house.tally.open == 0 and house.hall.addresses.open == 0)

    in_house(story, context=server_context(TlsFiles(*server)))


def test_what_is_old_or_no_tls_at_all_is_let_go_and_counted(authority, server):
    async def story(house):
        assert await house.send(fri(1) * 3, end=False) == b""
        reader, writer = await house.connect()  # says nothing
        assert await asyncio.wait_for(reader.read(10), 5) == b""
        writer.close()
        old = client_context(authority)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        assert await talk(house, old, fri(1)) is None
        await house.until(lambda: house.refusals[Refusal.HANDSHAKE] == 3)
        assert house.hall.addresses.open == 0
        assert house.store.kept == []

    in_house(story, context=server_context(TlsFiles(*server)), limits=Limits(handshake_s=0.4))


def test_those_who_only_shake_hands_count_as_connections(authority, server):
    async def story(house):
        held = [await house.connect() for _ in range(2)]
        assert await talk(house, client_context(authority), fri(1)) is None
        assert house.refusals[Refusal.TOO_MANY] == 1
        for _, writer in held:
            writer.close()

    in_house(story, context=server_context(TlsFiles(*server)), limits=Limits(connections=2))


def test_with_a_ca_of_clients_only_its_certificates_are_heard(authority, server, tmp_path):
    stranger = Authority(tmp_path, "other").client(IMEI)

    async def story(house):
        own = client_context(authority, authority.client(IMEI))
        assert await talk(house, own, fri(1)) == sack(1)
        assert not await talk(house, client_context(authority), fri(2))
        assert not await talk(house, client_context(authority, stranger), fri(3))
        assert house.store.payloads == [fri(1)]

    in_house(story, context=server_context(TlsFiles(*server, authority.path)))


def test_a_certificate_speaks_for_its_own_device_and_a_claim_for_another_is_kept_for_an_officer(
    authority, server
):
    async def story(house):
        own = client_context(authority, authority.client(IMEI))
        said = await talk(house, own, fri(1), fri(2, OTHER), fri(3), pause_s=0.05)
        assert said == sack(1)  # the connection is closed at the claim
        claim = house.store.kept[1]
        assert (claim.payload, claim.device) == (fri(2, OTHER), OTHER)
        assert claim.reason == "the certificate is of another device"
        assert claim.flag is FlagKind.OTHER_CERTIFICATE
        assert house.refusals[Refusal.OTHER_IDENTITY] == 1

    in_house(story, context=server_context(TlsFiles(*server, authority.path)))


def test_a_hub_may_hold_a_certificate_for_several_devices(authority, server):
    urns = [f"urn:waypost:device:{device}" for device in (IMEI, OTHER)]

    async def story(house):
        own = client_context(authority, authority.client("hub", *urns))
        assert await talk(house, own, fri(1), fri(2, OTHER)) == sack(1) + sack(2)

    in_house(story, context=server_context(TlsFiles(*server, authority.path)))


def test_a_renewed_certificate_is_given_to_those_who_come_then(authority, server, tmp_path):
    context = server_context(TlsFiles(*server))
    renewing = Authority(tmp_path)

    async def story(house):
        assert await talk(house, client_context(authority), fri(1)) == sack(1)
        load_certificate(context, TlsFiles(*renewing.server()))
        assert await talk(house, client_context(authority), fri(2)) is None
        assert await talk(house, client_context(renewing), fri(3)) == sack(3)

    in_house(story, context=context)


@pytest.mark.parametrize(
    ("certificate", "devices"),
    [
        ({"subject": ((("commonName", "D1"),),)}, {"D1"}),
        (
            {
                "subject": ((("commonName", "hub"),),),
                "subjectAltName": (("URI", "urn:waypost:device:D1"), ("DNS", "x.example")),
            },
            {"D1"},
        ),
        ({"subject": ((("commonName", "D1"),),), "subjectAltName": (("DNS", "x"),)}, {"D1"}),
        ({}, set()),
    ],
)
def test_a_certificate_names_devices_by_uri_or_by_its_common_name(certificate, devices):
    assert devices_of(certificate) == devices


def test_files_that_cannot_be_used_are_one_plain_sentence(server, tmp_path):
    certificate, key = server
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN NOTHING-----")
    for files in (
        TlsFiles("nowhere.pem", key),
        TlsFiles(str(broken), key),
        TlsFiles(certificate, certificate),
        TlsFiles(certificate, key, "nowhere.pem"),
        TlsFiles(certificate, key, str(broken)),
    ):
        with pytest.raises(BadUse, match="cannot be used"):
            server_context(files)
    assert read_tls("", "", "") is None
    for given in ((certificate, "", ""), ("", key, ""), ("", "", certificate)):
        with pytest.raises(BadUse, match="both files"):
            read_tls(*given)


def test_a_listener_with_tls_takes_no_datagrams():
    assert read_listen("queclink+tls=127.0.0.1:0") == Listen("queclink", "127.0.0.1", 0, True)
    assert not read_listen("queclink+tls=127.0.0.1:0").takes_datagrams
    assert read_listen("queclink=127.0.0.1:0").takes_datagrams
    with pytest.raises(BadUse, match=r"no protocol 'http\+ssl'"):
        read_listen("http+ssl=127.0.0.1:0")
