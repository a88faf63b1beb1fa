"""How the gateway does, read from its file by whoever asks, and the lights that say it in a word."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from device_adapters.gateway.disk import Disk

PATIENCE = timedelta(minutes=5)
"""How long readings may wait for the hub before it is worth a word."""

TROUBLE = timedelta(hours=1)
"""How long before somebody should look."""

UNHEARD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One paired device."""

    address: str
    model: str | None
    heard_at: datetime | None
    waiting: int
    refused: int
    visit: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """What the gateway's file tells; `oldest` is when the first that waits was taken, `since` when it was kept."""

    waiting: int
    oldest: datetime | None
    since: datetime | None
    acknowledged_at: datetime | None
    connected: bool
    connected_at: datetime | None
    radio_works: bool | None
    radio: str
    turned_away: int
    turned_away_at: datetime | None
    refused: int
    used: int
    most: int
    live_only: bool
    devices: tuple[DeviceStatus, ...]


class Colour(StrEnum):
    """What a light shows."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Light:
    """One light, and the words beside it: never colour alone."""

    name: str
    colour: Colour
    words: str


def read(disk: Disk) -> Status:
    """How it stands now."""
    with disk.reading() as sql:
        waiting, oldest, since = sql.execute(_WAITING).fetchone()
        facts: dict[str, Any] = dict(sql.execute("SELECT name, value FROM fact").fetchall())
        (refused,) = sql.execute("SELECT count(*) FROM refused").fetchone()
        devices = sql.execute(_DEVICES).fetchall()
        used, live_only = disk.used(), not disk.has_room(live=False)
    return Status(
        waiting=waiting,
        oldest=_moment(oldest),
        since=_moment(since),
        acknowledged_at=_moment(facts.get("acknowledged_at")),
        connected=bool(facts.get("connected")),
        connected_at=_moment(facts.get("connected_at")),
        radio_works=None if (works := facts.get("radio_works")) is None else bool(works),
        radio=facts.get("radio_words", "not started yet"),
        turned_away=facts.get("turned_away", 0),
        turned_away_at=_moment(facts.get("turned_away_at")),
        refused=refused,
        used=used,
        most=disk.most,
        live_only=live_only,
        devices=tuple(
            DeviceStatus(a, model, _moment(heard), n, bad, visit) for a, model, heard, n, bad, visit in devices
        ),
    )


def lights(status: Status, *, running: bool, now: datetime) -> tuple[Light, ...]:
    """The lights, in a fixed order: gateway, radio, hub, disk, devices."""
    return (
        Light("gateway", Colour.GREEN, "runs") if running else Light("gateway", Colour.RED, "does not run; start it"),
        Light("radio", _RADIO[status.radio_works], status.radio),
        _hub(status, now),
        _disk(status, now),
        _devices(status, now),
    )


_RADIO = {True: Colour.GREEN, False: Colour.RED, None: Colour.AMBER}


def _hub(status: Status, now: datetime) -> Light:
    if not status.waiting:
        last = (
            "nothing was sent yet" if status.acknowledged_at is None else f"last answer {_day(status.acknowledged_at)}"
        )
        return Light("hub", Colour.GREEN, f"has everything; {last}")
    silent = now - max(filter(None, (status.acknowledged_at, status.since)), default=now)
    line = "the broker is reached" if status.connected else "the broker is not reached"
    words = f"{status.waiting} readings wait, the oldest of {_day(status.oldest)}; {line}"
    if silent <= PATIENCE:
        return Light("hub", Colour.GREEN, words)
    return Light("hub", Colour.AMBER if silent <= TROUBLE else Colour.RED, f"{words}; no answer for {_long(silent)}")


def _disk(status: Status, now: datetime) -> Light:
    share = f"{100 * status.used // status.most} % of the queue's room is used"
    if status.turned_away_at is not None and now - status.turned_away_at < UNHEARD:
        return Light("disk", Colour.RED, f"{share}; {status.turned_away} readings were turned away so far")
    if status.live_only:
        return Light("disk", Colour.AMBER, f"{share}; only live readings are taken until the hub has some of it")
    return Light("disk", Colour.GREEN, share)


def _devices(status: Status, now: datetime) -> Light:
    if not status.devices:
        return Light("devices", Colour.AMBER, "none is paired; `vigie gateway pair ADDRESS`")
    refused = f"; {status.refused} frames of theirs could not be used" if status.refused else ""
    unheard = [d.address for d in status.devices if d.heard_at is None or now - d.heard_at > UNHEARD]
    if unheard:
        return Light("devices", Colour.AMBER, f"not heard for a day: {', '.join(unheard)}{refused}")
    return Light("devices", Colour.GREEN, f"all {len(status.devices)} were heard within a day{refused}")


def _day(moment: datetime | None) -> str:
    return "?" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _long(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


_WAITING = "SELECT count(*), min(taken_at), min(kept_at) FROM item WHERE text IS NOT NULL"
_DEVICES = """
    SELECT address, model, heard_at,
           (SELECT count(*) FROM item WHERE item.device = device.address AND text IS NOT NULL),
           (SELECT count(*) FROM refused WHERE refused.device = device.address), visit
    FROM device ORDER BY address
"""
