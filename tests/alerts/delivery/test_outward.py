"""Nothing inside can be reached through the way out."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.outward import Address, Outward, is_public, resolved
from hub.errors import AddressRefused, TryLater
from tests.support.patience import PATIENCE
from tests.support.sinks import Fate, Sink

OUTSIDE = ip_address("93.184.215.14")
INSIDE = [
    "127.0.0.1", "127.8.8.8", str(ip_address(0)), "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1", "fe80::1%eth0", "fec0::1",
    "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_of_the_open_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused, match="open Internet"):
        Outward(resolve=lambda _host, _port: [ip_address(address)]).check("https://hook.example/")


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111"])
def test_an_address_of_the_open_internet_is_not(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/", "ftp://hook.example/", "file:///etc/passwd", "//hook.example/", "hook.example", "",
        "https://", "https:///path", "https://user@hook.example/", "https://user:word@hook.example/",
        "https://hook.example@127.0.0.1/", "https://hook.example/#part", "https://hook.example/a b",
        "https://hook.example\\@127.0.0.1/", "https://hook.example/\r\nHost: inside", "https://hook.example:port/",
        "https://[::1", "https://exämple.org/", "https://hook.example/" + "a" * 2000,
    ],
)  # fmt: skip
def test_a_url_that_is_not_plainly_https_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Outward(resolve=lambda _host, _port: [OUTSIDE]).check(url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost", "[::1]", "127.0.0.1"])
def test_this_machine_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(AddressRefused):
        Outward().check(f"https://{host}/")


def test_one_address_inside_among_others_is_enough_to_refuse() -> None:
    both = [OUTSIDE, ip_address("10.0.0.1")]
    with pytest.raises(AddressRefused):
        Outward(resolve=lambda _host, _port: both).check("https://hook.example/")


def test_a_name_that_is_nowhere_is_refused_when_it_is_given_and_tried_later_when_it_is_sent_to() -> None:
    def nowhere(_host: str, _port: int) -> list[Address]:
        raise OSError

    with pytest.raises(AddressRefused, match="spelled"):
        Outward(resolve=nowhere).check("https://hook.example/")
    with pytest.raises(TryLater):
        Outward(resolve=nowhere).post("https://hook.example/", b"", {})


class Rebinding:
    """A name that is outside when it is first asked for, and this machine from then on."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> list[Address]:
        self.asked += 1
        return [OUTSIDE if self.asked == 1 else ip_address("127.0.0.1")]


def test_a_name_that_changes_its_mind_reaches_nothing_inside(sink: Sink) -> None:
    outward = Outward(resolve=Rebinding(), schemes=("http",))
    url = sink.url.replace("127.0.0.1", "hook.example")
    assert outward.check(url) == url
    with pytest.raises(AddressRefused):
        outward.post(url, b"{}", {})
    assert sink.tried == 0


def test_the_connection_goes_to_the_address_that_was_looked_at(sink: Sink) -> None:
    rebinding = Rebinding()
    rebinding.asked = 1
    near = Outward(resolve=rebinding, may=lambda _: True, schemes=("http",))
    assert near.post(sink.url.replace("127.0.0.1", "no-such-name.invalid"), b"{}", {"Idempotency-Key": "k"}) == 201
    assert rebinding.asked == 2
    assert sink.took[0].headers["host"].startswith("no-such-name.invalid:")


NEAR = Outward(may=lambda _: True, schemes=("http",), within=PATIENCE)


def test_a_redirect_is_not_followed(sink: Sink) -> None:
    sink.fates.append(Fate.REDIRECT)
    assert NEAR.post(sink.url, b"{}", {}) == 302
    assert sink.tried == 1


@pytest.mark.parametrize("fate", [Fate.HANG, Fate.DRIP])
def test_a_sink_that_takes_its_time_is_left(sink: Sink, fate: Fate) -> None:
    sink.fates.append(fate)
    with pytest.raises(TryLater, match="in time"):
        replace(NEAR, within=0.3).post(sink.url, b"{}", {})


def test_an_endless_answer_is_not_read(sink: Sink) -> None:
    sink.fates.append(Fate.FLOOD)
    assert NEAR.post(sink.url, b"{}", {}) == 200


def test_no_proxy_of_the_environment_is_used(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert NEAR.post(sink.url, b"{}", {}) == 201


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_public(address: Address) -> None:
    number = int(address)
    assert not is_public(ip_address((0xFFFF << 32) | number))
    assert not is_public(ip_address((0x2002 << 112) | (number << 80)))


def test_this_machine_has_an_address() -> None:
    assert ip_address("127.0.0.1") in resolved("localhost", 443)
