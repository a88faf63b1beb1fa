"""The gateway at work, as a process would run it: parts that fail are tried again, and stop no other."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_adapters.gateway import gateway as module
from device_adapters.gateway.disk import Disk
from device_adapters.gateway.gateway import Gateway
from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.seam import Radio
from device_adapters.gateway.status import read
from device_adapters.gateway.uplink import Uplink
from hub.errors import ServiceError, SettingsError
from hub.settings import Settings, load
from tests.gateway.far_side import FakeHub, FakeLine
from tests.gateway.home import METER, NOW, PARIS, a_disk, ids, said
from tests.support.patience import PATIENCE
from vigie.cli import app
from vigie.gateway import _alone
from vigie.gateway import disk as disk_of


class FaultyRoom:
    """A room that fails twice, then hears one reading and listens on."""

    def __init__(self, keeper: QueueKeeper) -> None:
        self.keeper = keeper
        self.faults = 2
        self.cancelled = False

    async def run(self) -> None:
        """See Room."""
        self.faults -= 1
        if self.faults >= 0:
            raise OSError("no bus")
        await self.keeper.deliver(METER, [said("1")], [], {})
        try:
            await asyncio.sleep(3600)
        finally:
            self.cancelled = True

    def radio(self) -> Radio:
        """See Room."""
        return Radio(self.faults < 0, "faulty")


class HubLine(FakeLine):
    """A line whose hub answers at once."""

    def __init__(self) -> None:
        super().__init__(connected=True)
        self.hub = FakeHub()

    def publish(self, topic: str, payload: bytes) -> None:
        """See Line."""
        self.coming += filter(None, [self.hub.commit(payload)])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with a_disk(tmp_path / "queue.sqlite") as opened:
        yield opened


def test_a_room_that_fails_is_tried_again_and_what_it_hears_arrives(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in {"SHORTEST_REST": 0.01, "LONGEST_REST": 0.02, "TURN": 0.01, "LOOK": 0.01}.items():
        monkeypatch.setattr(module, name, seconds)
    queue, line = Queue(disk, PARIS), HubLine()
    keeper = QueueKeeper(queue, PairedDevices(disk), lambda: NOW)
    room = FaultyRoom(keeper)
    uplink = Uplink(queue, "home", lambda: line, now=lambda: NOW)

    async def work() -> None:
        working = asyncio.create_task(Gateway(queue, keeper, uplink, room, lambda: NOW).run())
        async with asyncio.timeout(PATIENCE):
            while not line.hub.stored or ids(queue) or not read(disk).radio_works:
                await asyncio.sleep(0.01)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    asyncio.run(work())
    assert line.hub.stored == ["1"]
    assert room.cancelled
    assert not line.started


def test_two_gateways_do_not_share_a_home(tmp_path: Path) -> None:
    with disk_of(tmp_path), _alone(tmp_path), pytest.raises(ServiceError, match="runs already"), _alone(tmp_path):
        pass


@pytest.mark.parametrize("name", [None, "", "a/b", "a+", "#", "x" * 65])
def test_a_name_that_may_not_stand_in_a_topic_is_refused(name: str | None) -> None:
    with pytest.raises(SettingsError, match="VIGIE_GATEWAY"):
        Settings(gateway=name).required_gateway()


@pytest.mark.parametrize("zone", [None, "", "Mars", "../etc/passwd", "Europe"])
def test_a_time_zone_that_is_none_is_refused(zone: str | None) -> None:
    with pytest.raises(SettingsError, match="VIGIE_TIME_ZONE"):
        Settings(time_zone=zone).required_time_zone()


class TestCommands:
    def run(self, home: Path, *arguments: str) -> tuple[int, str]:
        """`vigie gateway …` on that home; its status and output."""
        done = CliRunner().invoke(app, ["gateway", "--home", str(home), *arguments])
        return done.exit_code, done.output

    def test_a_device_is_paired_listed_and_unpaired(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, "pair", "aa-bb-cc-00-00-01", "--model", "Contour") == (0, f"{METER}\n")
        _, listed = self.run(tmp_path, "devices")
        assert listed == f"{METER}  Contour  never heard  never visited  0 waiting, 0 refused\n"
        assert self.run(tmp_path, "unpair", METER) == (0, f"{METER}\n")
        assert self.run(tmp_path, "devices") == (0, "")

    def test_a_users_consent_on_a_scale_is_there_for_its_visits_and_pairing_again_keeps_it(
        self, tmp_path: Path
    ) -> None:
        self.run(tmp_path, "pair", METER, "--consent", "1", "3752")
        self.run(tmp_path, "pair", METER, "--model", "BF720")
        with disk_of(tmp_path) as disk:
            assert Queue(disk, PARIS).remembered(METER) == {"user": 1, "consent": 3752}

    @pytest.mark.parametrize("consent", [("255", "1"), ("-1", "1"), ("1", "10000"), ("1", "-1")])
    def test_a_consent_that_no_scale_has_is_refused(self, tmp_path: Path, consent: tuple[str, str]) -> None:
        assert self.run(tmp_path, "pair", METER, "--consent", *consent)[0] != 0

    def test_help_says_that_it_runs_and_what_it_needs(self, tmp_path: Path) -> None:
        _, help_text = self.run(tmp_path, "--help")
        assert "Without a command it runs" in " ".join(help_text.split())
        assert all(f"VIGIE_{name}" in help_text for name in ("GATEWAY", "MQTT_URL", "TIME_ZONE"))

    def test_what_was_refused_is_heard_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIGIE_TIME_ZONE", "Europe/Paris")
        load.cache_clear()
        assert self.run(tmp_path, "replay") == (0, "0 understood (0 new readings), 0 still refused\n")
        load.cache_clear()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator may give files away")
    def test_what_the_administrators_command_makes_belongs_to_the_services_account(self, tmp_path: Path) -> None:
        os.chown(tmp_path, 4711, 4711)
        self.run(tmp_path, "pair", METER)
        made = [tmp_path / "gateway", *(tmp_path / "gateway").iterdir()]
        assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(4711, 4711)}

    def test_status_is_one_line_a_light_and_fails_if_one_is_red(self, tmp_path: Path) -> None:
        status, said_of_it = self.run(tmp_path, "status")
        assert status == 1
        assert [line.split()[1:3] for line in said_of_it.splitlines()] == [
            ["red", "gateway"],
            ["amber", "radio"],
            ["green", "hub"],
            ["green", "disk"],
            ["amber", "devices"],
        ]
