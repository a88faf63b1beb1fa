"""The lights: what a person sees when all is well, and when it is not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.seam import Radio, UnusablePayload
from device_adapters.gateway.status import lights, read
from hub.errors import Malformed, QueueFull
from hub.measurements import Channel, RawPayload
from tests.gateway.home import METER, NOW, PARIS, SENSOR, a_disk, heard, said

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with a_disk(tmp_path / "queue.sqlite") as opened:
        yield opened


@pytest.fixture
def queue(disk: Disk) -> Queue:
    return Queue(disk, PARIS)


def seen(disk: Disk, name: str, *, after: timedelta = timedelta(), running: bool = True) -> tuple[str, str]:
    """The colour and the words of a light, that long after noon."""
    found = {light.name: light for light in lights(read(disk), running=running, now=NOW + after)}
    return found[name].colour.value, found[name].words


def test_the_gateway_light_says_whether_it_runs(disk: Disk) -> None:
    assert seen(disk, "gateway") == ("green", "runs")
    assert seen(disk, "gateway", running=False)[0] == "red"


def test_the_radio_light_says_what_the_room_says(disk: Disk, queue: Queue) -> None:
    queue.note_radio(Radio(False, "no adapter", {METER: "bond lost"}), NOW)
    assert seen(disk, "radio") == ("red", "no adapter")
    assert [device.visit for device in read(disk).devices] == ["bond lost", None]


def test_the_hub_light_turns_with_the_time_without_an_answer(disk: Disk, queue: Queue) -> None:
    assert seen(disk, "hub") == ("green", "has everything; nothing was sent yet")
    queue.keep(heard(said("1")), NOW)
    queue.note_line(connected=True, now=NOW)
    assert seen(disk, "hub", after=MINUTE) == (
        "green",
        "1 readings wait, the oldest of 2026-08-01 12:00 UTC; the broker is reached",
    )
    assert seen(disk, "hub", after=6 * MINUTE)[0] == "amber"
    colour, words = seen(disk, "hub", after=125 * MINUTE)
    assert colour == "red"
    assert words.endswith("no answer for 2 h")
    queue.acknowledge([], NOW + 124 * MINUTE)
    assert seen(disk, "hub", after=125 * MINUTE)[0] == "green"


def test_the_hub_light_says_when_it_last_answered(disk: Disk, queue: Queue) -> None:
    queue.acknowledge([], NOW)
    assert seen(disk, "hub") == ("green", "has everything; last answer 2026-08-01 12:00 UTC")


def test_the_devices_light_counts_what_could_not_be_used(disk: Disk, queue: Queue) -> None:
    raw = RawPayload(Channel.GATT, "2a18", b"\x00", NOW, METER)
    queue.keep(heard(refused=[UnusablePayload(raw, Malformed("too short"))]), NOW)
    assert seen(disk, "devices")[1].endswith("; 1 frames of theirs could not be used")


def test_old_records_just_read_are_no_trouble(disk: Disk, queue: Queue) -> None:
    queue.acknowledge([], NOW - 3 * DAY)
    queue.keep(heard(said("1", ago=90 * DAY)), NOW)
    assert seen(disk, "hub")[0] == "green"


def test_the_disk_light_says_when_room_is_short_and_when_something_was_turned_away(tmp_path: Path) -> None:
    with a_disk(tmp_path / "full.sqlite", Limits(most=60 * 1024, live_reserve=60 * 1024, leave_free=0)) as disk:
        assert seen(disk, "disk")[0] == "amber"
        with pytest.raises(QueueFull):
            Queue(disk, PARIS).keep(heard(said("1", ago=DAY)), NOW)
        assert seen(disk, "disk", after=MINUTE)[0] == "red"
        assert seen(disk, "disk", after=2 * DAY)[0] == "amber"


def test_the_devices_light_names_who_was_not_heard(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(said("1")), NOW)
    assert seen(disk, "devices") == ("amber", f"not heard for a day: {SENSOR}")
    queue.keep(heard(device=SENSOR), NOW)
    assert seen(disk, "devices")[0] == "green"
    assert seen(disk, "devices", after=2 * DAY)[0] == "amber"


def test_what_waits_is_counted_by_device(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(said("1"), said("2", ago=MINUTE)), NOW)
    found = read(disk)
    assert (found.waiting, found.oldest, found.since) == (2, NOW - MINUTE, NOW)
    assert [(device.address, device.waiting, device.heard_at) for device in found.devices] == [
        (METER, 2, NOW),
        (SENSOR, 0, None),
    ]
