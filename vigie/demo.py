"""`vigie demo`: private services, a hub, simulated homes that replay real traces over MQTT, faster than life, and a
virtual home whose devices speak Bluetooth to a real gateway."""

import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

from rich.console import Console
from rich.table import Table

from device_adapters.mqtt import MqttSource
from device_adapters.mqtt_accounts import client_id
from hub.database import Database
from hub.errors import SettingsError
from ingest_api.app import background
from ingest_api.metrics import totals
from ingest_api.site import Site, is_loopback
from vigie import gateway_accounts, services, virtual_home
from vigie.demo_people import Cast, move_in, open_cast
from vigie.demo_sign_in import DemoSignIn
from vigie.lefevre import ODILE, Lefevres, Thing
from vigie.serve import hub
from vigie.simulate import Gateway, Home, SimulatedClock

Stored = Callable[[], Mapping[Thing, int]]

TICK = 0.25
LONGEST_WAIT = 10.0
"""Seconds to wait at the end for the hub's acknowledgements of what is under way."""


def run(home: Path, address: tuple[str, int], duration: float | None, console: Console) -> None:
    """Start everything, show where to look, stay up for `duration` seconds or until a signal, stop everything.

    Raises SettingsError when the port is taken, ServiceError, DatabaseError.
    """
    host, port = address
    _check_free(host, port)
    ended = _on_signal()
    endpoints = services.start(home, console.print)
    with ExitStack() as stack:
        stack.callback(services.stop, home, console.print)
        sign_in = DemoSignIn(Site(f"http://{_here(host)}:{port}"))
        application = stack.enter_context(hub(endpoints.database_url, endpoints.mqtt_url, signing=sign_in.signing))
        stack.enter_context(background(application, host, port))
        cast = open_cast(home, endpoints.database_url)
        with _virtual_home(home, cast, endpoints, console) as by_bluetooth:
            stack.enter_context(sign_in.open_for(cast.people, application.state.hub.database))
            _show(cast, home, sign_in.signing.site.origin, console)
            with _connected(cast, endpoints) as lines:
                _simulate(cast, cast.homes(lines), ended, duration, console)
        console.print(_table(cast, by_bluetooth()))


def seconds(duration: str) -> float:
    """Seconds of a duration such as 30s, 5m or 1h; raises SettingsError."""
    match = re.fullmatch(r"(\d+)([smh]?)", duration)
    if match is None:
        raise SettingsError(f"a duration is a number and s, m or h, as 30s; not {duration!r}")
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def _here(host: str) -> str:
    """How a browser on this machine names it: the demo is signed in to from here alone."""
    return host if is_loopback(host) else "127.0.0.1"


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SettingsError(f"something else answers on {host}:{port}; choose another with --port") from None


def _on_signal() -> Event:
    """An event that Ctrl-C or a termination sets; a second Ctrl-C interrupts at once."""
    ended = Event()

    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return ended


@contextmanager
def _virtual_home(home: Path, cast: Cast, endpoints: services.Endpoints, console: Console) -> Iterator[Stored]:
    """The Lefèvres live meanwhile, if they can; gives what tells what the hub has stored of them in this run."""
    if not virtual_home.possible():
        console.print(virtual_home.MISSING, soft_wrap=True, markup=False)
        yield dict
        return
    lefevres, began = Lefevres(cast.suffix), datetime.now(UTC)
    move_in(cast, lefevres, endpoints.database_url)
    with closing(Database(endpoints.database_url)) as database:
        own_url = gateway_accounts.add(database, endpoints.mqtt_url, lefevres.gateway)
    with virtual_home.living(home, lefevres, own_url, console.print):
        yield lambda: lefevres.stored(endpoints.database_url, began)


@contextmanager
def _connected(cast: Cast, endpoints: services.Endpoints) -> Iterator[dict[str, MqttSource]]:
    """A connection for every gateway and sender, by name, each with an account of its own and a new password."""
    with closing(Database(endpoints.database_url)) as database:
        hubs = database, endpoints.mqtt_url
        urls = {name: gateway_accounts.add(*hubs, name) for name in cast.gateways()}
        lines = {name: MqttSource(url, client_id(name), [f"vigie/v1/ack/{name}"]) for name, url in urls.items()}
        for name, topics in cast.senders().items():
            lines[name] = MqttSource(gateway_accounts.add_sender(*hubs, name, topics, name), name, [])
    for line in lines.values():
        line.start()
    try:
        yield lines
    finally:
        for line in lines.values():
            line.stop()


def _simulate(cast: Cast, homes: Sequence[Home], ended: Event, duration: float | None, console: Console) -> None:
    """Let the homes send along the simulated clock until told to end, then wait for what is under way."""
    stop_at = float("inf") if duration is None else monotonic() + duration
    clock = SimulatedClock(cast.sent_until)
    with console.status("") as status:
        while monotonic() < stop_at and not ended.wait(TICK):
            _advance(cast, homes, clock.now(datetime.now(UTC)))
            status.update(_progress(cast))
        stop_at = monotonic() + LONGEST_WAIT
        status.update("waiting for the hub's last acknowledgements…")
        while any(_waiting(homes)) and monotonic() < stop_at:
            ended.clear()
            ended.wait(TICK)
            _advance(cast, homes, cast.sent_until)


def _advance(cast: Cast, homes: Sequence[Home], until: datetime) -> None:
    for each in homes:
        each.send(cast.epoch, cast.sent_until, until)
    cast.sent_until = until
    if not any(_waiting(homes)):
        cast.save()


def _waiting(homes: Sequence[Home]) -> Iterator[int]:
    return (len(each.waiting) for each in homes if isinstance(each, Gateway))


def _progress(cast: Cast) -> str:
    counted = totals()
    behind = datetime.now(UTC) - cast.sent_until
    when = "now" if behind < timedelta(minutes=1) else cast.sent_until.strftime("%d %B %H:%M UTC")
    return f"the homes' clock shows {when}; {counted.fates.get('stored', 0)} readings stored; Ctrl-C stops"


def _show(cast: Cast, home: Path, url: str, console: Console) -> None:
    console.print(
        f"\n[bold]Vigie answers at {url}[/bold]  (this is a demo: the people are invented, the traces real)\n"
    )
    console.out(f"Sign in with a browser on this machine, as whom you choose: {url}/sign-in\n")
    console.print("Copy and paste:\n")
    print_plain = console.out
    print_plain(f"  export TOKEN={cast.token}")
    for name, person in cast.people.items():
        print_plain(f"  curl -s -H \"Authorization: Bearer $TOKEN\" '{url}/v1/people/{person}/latest'   # {name}")
    first = next(iter(cast.people.values()))
    query = f"{url}/v1/people/{first}/readings?kind=glucose&unit=mmol/L&limit=5"
    print_plain(f"  curl -s -H \"Authorization: Bearer $TOKEN\" '{query}'")
    print_plain(f"  curl -s {url}/health/ready; curl -s {url}/metrics | grep ^vigie")
    if ODILE in cast.people:
        print_plain(f"  {sys.argv[0]} gateway --home {home / virtual_home.FOLDER} status   # the Lefèvres' gateway")
    print_plain("")


def _table(cast: Cast, by_bluetooth: Mapping[Thing, int]) -> Table:
    counted = totals()
    table = Table("this run", "", title="Vigie demo")
    table.add_row("people", str(len(cast.people)))
    table.add_row("messages", str(counted.messages))
    for fate, label in _LABELS.items():
        table.add_row(label, str(counted.fates.get(fate, 0)))
    table.add_row("quarantined", str(sum(counted.refusals.values())))
    for reason, times in sorted(counted.refusals.items()):
        table.add_row(f"  {reason}", str(times))
    if by_bluetooth:
        table.add_row("over Bluetooth, from the Lefèvres", str(sum(by_bluetooth.values())))
    for thing, stored in by_bluetooth.items():
        table.add_row(f"  {thing}", str(stored))
    return table


_LABELS = {
    "stored": "readings stored",
    "duplicate": "duplicates (said before)",
    "linked": "linked (second source)",
    "ignored": "ignored (no person's measure)",
}
