"""The private TimescaleDB and Mosquitto, for real: started, killed, robbed of their port, locked out of their files."""

import json
import os
import queue
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.errors import ServiceError
from tests.support.patience import PATIENCE
from vigie import services
from vigie.services import THROWAWAY, Endpoints, account, debian, mirrors, mosquitto, processes, programs
from vigie.services.mirrors import Source

ROOT = Path(__file__).parents[2]
UNPRIVILEGED = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A folder the servers' account can enter (under root, pytest's own is closed to it); nothing runs at the end."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="vigie-services-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        services.stop(path, print)


@pytest.fixture
def new_home() -> Iterator[Path]:
    """An empty home."""
    with folder_for_servers() as folder:
        yield folder


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A home once started and stopped, to be copied: quicker than making a database for every test."""
    with folder_for_servers() as folder:
        keep_a_row(services.start(folder, print, THROWAWAY))
        services.stop(folder, print)
        yield folder


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """A home whose database holds one row."""
    with folder_for_servers() as folder:
        subprocess.run(["cp", "--archive", f"{made}/.", folder], check=True)
        yield folder


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, Endpoints]]:
    """One instance for the tests that harm nothing."""
    with folder_for_servers() as folder:
        yield folder, services.start(folder, print, THROWAWAY)


# ── A life of an instance ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_start_gives_the_same_endpoints(running: tuple[Path, Endpoints]) -> None:
    home, endpoints = running
    assert services.start(home, print, THROWAWAY) == endpoints


def test_two_starts_at_once_agree(new_home: Path) -> None:
    code = "import sys, pathlib, vigie.services as s; print(s.start(pathlib.Path(sys.argv[1]), len, s.THROWAWAY))"
    starts = [
        subprocess.Popen([sys.executable, "-c", code, new_home], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    one, other = (start.communicate(timeout=240)[0] for start in starts)
    assert one == other
    assert one.startswith("Endpoints(")


def test_status_says_that_nothing_was_ever_started(new_home: Path) -> None:
    assert [(s.name, s.running, s.detail) for s in services.status(new_home)] == [
        ("postgresql", False, "never started here"),
        ("mosquitto", False, "never started here"),
    ]


def test_status_says_what_runs(running: tuple[Path, Endpoints], made: Path) -> None:
    home, _ = running
    assert [(s.name, s.running) for s in services.status(home)] == [("postgresql", True), ("mosquitto", True)]
    assert [(s.name, s.running) for s in services.status(made)] == [("postgresql", False), ("mosquitto", False)]
    assert "its data is in" in services.status(made)[0].detail


def test_stopping_what_never_ran_is_no_error(new_home: Path) -> None:
    services.stop(new_home, print)
    services.stop(new_home / "nowhere", print)


def test_data_survives_stop_and_start(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    services.stop(home, print)
    assert services.start(home, print, THROWAWAY) == endpoints
    assert rows_kept(endpoints) == 1


def test_two_instances_live_side_by_side(home: Path, running: tuple[Path, Endpoints]) -> None:
    _, first = running
    second = services.start(home, print, THROWAWAY)
    ports = {urlsplit(url).port for e in (first, second) for url in (e.database_url, e.mqtt_url)}
    assert len(ports) == 4
    assert rows_kept(second) == 1


def test_a_durable_instance_forgets_nothing_at_a_power_cut(home: Path) -> None:
    endpoints = services.start(home, print)
    with psycopg.connect(endpoints.database_url) as connection:
        settings = (
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
        assert {value for _, value in connection.execute(settings)} == {"on"}


# ── Accidents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_killed_is_healed_by_the_next_start(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    processes.send(processes.living(home / "postgresql", "postgres"), signal.SIGKILL)
    processes.send(processes.living(home / "mosquitto", "mosquitto"), signal.SIGKILL)
    assert services.start(home, print, THROWAWAY) == endpoints
    assert rows_kept(endpoints) == 1


def test_workers_of_a_killed_postgres_do_not_prevent_a_start(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    busy = psycopg.connect(endpoints.database_url)
    threading.Thread(target=sleep_for_long, args=(busy,), daemon=True).start()
    assert processes.wait_until(lambda: sleepers(endpoints) == 1, PATIENCE)
    main = int((home / "postgresql/postmaster.pid").read_text().split()[0])
    processes.send([main], signal.SIGKILL)
    assert processes.wait_until(lambda: main not in processes.living(home / "postgresql", "postgres"), PATIENCE)
    assert services.start(home, print, THROWAWAY) == endpoints
    assert rows_kept(endpoints) == 1


def test_a_stale_mark_with_the_number_of_another_program_does_not_prevent_a_start(home: Path) -> None:
    services.start(home, print, THROWAWAY)
    services.stop(home, print)
    bystander = subprocess.Popen(
        ["/bin/sleep", "100"], user=(home / "postgresql").owner(), group=(home / "postgresql").group()
    )
    (home / "postgresql/postmaster.pid").write_text(f"{bystander.pid}\n{home}/postgresql\n1\n5432\n\n\n0\n")
    services.start(home, print, THROWAWAY)
    assert [s.running for s in services.status(home)] == [True, True]
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_start_killed_while_making_the_database_is_taken_up_by_the_next(new_home: Path) -> None:
    half_made = new_home / "postgresql.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("17\n")
    keep_a_row(services.start(new_home, print, THROWAWAY))
    assert not half_made.exists()


def test_a_port_taken_by_a_stranger_is_replaced(home: Path) -> None:
    before = services.start(home, print, THROWAWAY)
    services.stop(home, print)
    said: list[str] = []
    with strangers(before):
        after = services.start(home, said.append, THROWAWAY)
    assert urlsplit(before.database_url).port != urlsplit(after.database_url).port
    assert urlsplit(before.mqtt_url).port != urlsplit(after.mqtt_url).port
    assert "taken by another program: PostgreSQL gets a new one" in "\n".join(said)
    assert rows_kept(after) == 1


def test_lost_secrets_are_made_anew_and_the_data_stays(home: Path) -> None:
    before = services.start(home, print, THROWAWAY)
    (home / "services.json").unlink()
    after = services.start(home, print, THROWAWAY)
    assert after.database_url != before.database_url
    assert rows_kept(after) == 1
    with session(after) as hub:
        assert hub.welcome == "Success"


def test_a_damaged_account_file_is_replaced_by_that_of_the_last_start(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    with session(endpoints) as hub:
        hub.command(*gateway("g1", "password-of-g1"))
    services.stop(home, print)
    services.start(home, print, THROWAWAY)
    services.stop(home, print)
    (home / "mosquitto/dynamic-security.json").write_bytes(b"\0" * 100)
    services.start(home, print, THROWAWAY)
    with session(endpoints, "g1", "password-of-g1") as g1:
        assert g1.welcome == "Success"
    assert (home / "mosquitto/dynamic-security.json.damaged").exists()


def test_a_broker_of_an_earlier_version_is_replaced_and_keeps_its_sessions(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    lasting.SessionExpiryInterval = 60
    with session(endpoints, client_id="lasting", properties=lasting) as hub:
        hub.subscribe("kept/for/me")
    earlier = home / "mosquitto/mosquitto.conf"
    now, before = earlier.read_text(), processes.living(home / "mosquitto", "mosquitto")
    earlier.write_text(now.replace("per_listener_settings false\n", ""))
    with session(endpoints) as other:
        other.publish("kept/for/me", b"from before")
    assert services.start(home, print, THROWAWAY) == endpoints
    assert earlier.read_text() == now
    assert processes.living(home / "mosquitto", "mosquitto") != before
    with session(endpoints, client_id="lasting", properties=lasting) as hub:
        assert hub.heard.get(timeout=PATIENCE) == ("kept/for/me", b"from before")


# ── The database ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_database_has_what_vigie_needs(running: tuple[Path, Endpoints]) -> None:
    with psycopg.connect(running[1].database_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension").fetchall()}
        assert {"timescaledb", "btree_gist"} <= extensions
        facts = (
            "SELECT current_setting('server_encoding'), current_setting('TimeZone'), current_setting('data_checksums')"
        )
        assert connection.execute(facts).fetchone() == ("UTF8", "UTC", "on")
        assert connection.execute("SELECT upper('é'), 'a' < 'B'").fetchone() == ("É", False)
        paris = "SELECT timestamptz '2026-07-01 12:00Z' AT TIME ZONE 'Europe/Paris' = timestamp '2026-07-01 14:00'"
        assert connection.execute(paris).fetchone() == (True,)


def test_the_template_of_all_databases_is_left_alone(running: tuple[Path, Endpoints]) -> None:
    with psycopg.connect(running[1].database_url.removesuffix("vigie") + "template1") as connection:
        assert connection.execute("SELECT extname FROM pg_extension").fetchall() == [("plpgsql",)]


def test_a_database_with_timescaledb_serves_as_a_template_again_and_again(running: tuple[Path, Endpoints]) -> None:
    url = running[1].database_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE model")
        with psycopg.connect(url.removesuffix("vigie") + "model") as model:
            model.execute("CREATE EXTENSION timescaledb")
            model.execute("CREATE TABLE r (t timestamptz NOT NULL, v float)")
            model.execute("SELECT create_hypertable('r', 't')")
        for number in range(5):
            connection.execute(f"CREATE DATABASE copy{number} TEMPLATE model")
            with psycopg.connect(url.removesuffix("vigie") + f"copy{number}") as copy:
                copy.execute("INSERT INTO r VALUES (now(), 1)")
                assert copy.execute("SELECT count(*) FROM r").fetchone() == (1,)


@pytest.mark.parametrize("user", ["vigie_admin", "postgres"])
def test_nobody_enters_the_database_without_the_password(running: tuple[Path, Endpoints], user: str) -> None:
    port = urlsplit(running[1].database_url).port
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=port, user=user, password="guess", dbname="vigie")


def test_no_value_reaches_the_log_even_when_a_statement_fails_or_crashes(home: Path) -> None:
    endpoints = services.start(home, print, THROWAWAY)
    with psycopg.connect(endpoints.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE r (v float CHECK (v < 100), PRIMARY KEY (v))")
        connection.execute("INSERT INTO r VALUES (87.654321)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO r VALUES (%s)", [87.654321])
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO r VALUES (187.654321)")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("INSERT INTO r VALUES ('87.654321x')")
        crash = threading.Thread(target=sleep_for_long, args=(connection, "87.654321"), daemon=True)
        crash.start()
        assert processes.wait_until(lambda: sleepers(endpoints) == 1, PATIENCE)
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        crash.join(PATIENCE)
    assert processes.wait_until(lambda: answers(endpoints), PATIENCE)
    log = home / "log/postgresql.log"
    assert processes.wait_until(lambda: "was terminated by signal 9" in log.read_text(), PATIENCE)
    assert "87.654321" not in log.read_text()


# ── The broker ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_hub_hears_and_says_everything(running: tuple[Path, Endpoints]) -> None:
    with session(running[1]) as hub:
        assert hub.subscribe("#") == "Granted QoS 1"
        assert hub.publish("vigie/v1/up/anything", b"hello") == "Success"
        assert hub.heard.get(timeout=PATIENCE) == ("vigie/v1/up/anything", b"hello")


def test_a_wrong_password_and_no_name_are_refused(running: tuple[Path, Endpoints]) -> None:
    with session(running[1], "vigie-hub", "guess") as wrong, session(running[1], None, None) as anonymous:
        assert (wrong.welcome, anonymous.welcome) == ("Not authorized", "Not authorized")


def test_a_gateway_is_held_to_its_own_topics(running: tuple[Path, Endpoints]) -> None:
    with session(running[1]) as hub:
        hub.command(*gateway("g2", "password-of-g2"))
        hub.subscribe("#")
        with session(running[1], "g2", "password-of-g2") as g2:
            assert g2.publish("vigie/v1/up/g2", b"mine") == "Success"
            assert g2.publish("vigie/v1/up/g3", b"another's") == "Not authorized"
            assert g2.publish("$CONTROL/dynamic-security/v1", b"{}") == "Not authorized"
            assert g2.publish("vigie/v1/up/g2", b"still connected") == "Success"
            assert g2.subscribe("vigie/v1/ack/g2") == "Granted QoS 1"
            assert g2.subscribe("vigie/v1/ack/g3") == "Not authorized"
            assert g2.subscribe("#") == "Not authorized"


def test_more_than_a_thousand_messages_wait_for_the_hub(running: tuple[Path, Endpoints]) -> None:
    lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    lasting.SessionExpiryInterval = 60
    with session(running[1], client_id="waiting", properties=lasting) as hub:
        hub.subscribe("backlog")
    with session(running[1]) as other:
        answers = [other.publish("backlog", str(number).encode()) for number in range(1500)]
    assert set(answers) == {"Success"}
    with session(running[1], client_id="waiting", properties=lasting) as hub:
        assert [hub.heard.get(timeout=PATIENCE)[1] for _ in range(1500)] == [str(n).encode() for n in range(1500)]


def test_the_hash_is_the_one_mosquitto_ctrl_makes() -> None:
    # `mosquitto_ctrl dynsec init FILE NAME pw123456789012`, Mosquitto 2.0.21
    made = {
        "password": "FtJh1pBXLT7nVDrigwQgbF7/f+aJHXkD2emQ5hhzJDrtEJH7Wvk8WazA4OEYdu42Ze4rkfoymrWqaDgQBGSjbQ==",
        "salt": "UFD4DEbp5kH/znNP",
        "iterations": 101,
    }
    assert mosquitto.matches(made, "pw123456789012")
    assert not mosquitto.matches(made, "pw123456789013")
    assert mosquitto.matches(mosquitto.hashed("secret", b"some salt"), "secret")


def test_the_hubs_account_is_added_and_the_others_stay() -> None:
    others = {
        "clients": [{"username": "g1"}],
        "roles": [{"rolename": "g1", "acls": []}],
        "groups": [{"groupname": "x"}],
    }
    accounts = mosquitto.with_hub(others, "secret")
    assert [client["username"] for client in accounts["clients"]] == ["vigie-hub", "g1"]
    assert [role["rolename"] for role in accounts["roles"]] == ["hub", "g1"]
    assert accounts["groups"] == others["groups"]
    assert set(accounts["defaultACLAccess"].values()) == {False}
    assert mosquitto.with_hub(accounts, "secret") == accounts


# ── Who may read what ────────────────────────────────────────────────────────────────────────────────────────────────


def test_secrets_and_data_are_closed_to_others(running: tuple[Path, Endpoints]) -> None:
    home, _ = running
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert modes["services.json"] == 0o600
    assert (modes["postgresql"], modes["mosquitto"], modes["log"]) == (0o700, 0o700, 0o700)


def test_only_this_machine_is_listened_to(running: tuple[Path, Endpoints]) -> None:
    ports = {urlsplit(url).port for url in (running[1].database_url, running[1].mqtt_url)}
    table = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    listening = {row[1] for row in table if row[3] == "0A"}
    ours = {address for address in listening if int(address.split(":")[1], 16) in ports}
    assert ours == {f"0100007F:{port:04X}" for port in ports}


@UNPRIVILEGED
def test_a_home_the_account_cannot_enter_is_refused_with_the_way_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(ServiceError, match=r"cannot enter .*VIGIE_HOME"):
        services.start(tmp_path / "home", print, THROWAWAY)


@UNPRIVILEGED
def test_a_link_planted_in_the_accounts_folder_leads_root_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("untouched")
    (tmp_path / "pg_hba.conf").symlink_to(precious)
    (tmp_path / "pg_hba.conf.draft").symlink_to(precious)
    account.oneself().write(tmp_path / "pg_hba.conf", "ours")
    assert precious.read_text() == "untouched"
    assert (tmp_path / "pg_hba.conf").read_text() == "ours"


# ── Where the programs come from ─────────────────────────────────────────────────────────────────────────────────────


def test_one_line_sources_are_understood() -> None:
    text = """
    # deb http://commented.example/debian bookworm main
    deb http://one.example/debian bookworm main contrib # a remark
    deb [arch=amd64 signed-by=/k.gpg] https://two.example/debian-security bookworm-security main
    deb-src http://one.example/debian bookworm main
    """
    assert mirrors.one_line(text) == [
        Source("http://one.example/debian", "bookworm", ("main", "contrib")),
        Source("https://two.example/debian-security", "bookworm-security", ("main",)),
    ]


def test_deb822_sources_are_understood() -> None:
    text = """\
Types: deb deb-src
# a remark in the middle
URIs: http://one.example/debian
 mirror+file:/etc/apt/mirrors/debian.list
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
    assert mirrors.deb822(text) == [
        Source("http://one.example/debian", "bookworm", ("main",)),
        Source("http://one.example/debian", "bookworm-updates", ("main",)),
        Source("mirror+file:/etc/apt/mirrors/debian.list", "bookworm", ("main",)),
        Source("mirror+file:/etc/apt/mirrors/debian.list", "bookworm-updates", ("main",)),
    ]


def test_both_kinds_of_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb http://one.example/debian bookworm main\n")
    (tmp_path / "sources.list.d/more.list").write_text("deb http://two.example/debian bookworm main\n")
    new = "Types: deb\nURIs: http://three.example/debian\nSuites: trixie\nComponents: main\n"
    (tmp_path / "sources.list.d/debian.sources").write_text(new)
    (tmp_path / "sources.list.d/old.sources.disabled").write_text(new)
    hosts = [urlsplit(source.uri).hostname for source in mirrors.of_machine(tmp_path)]
    assert hosts == ["one.example", "two.example", "three.example"]


def test_each_mirror_is_asked_for_debian_13_and_its_fixes() -> None:
    sources = [
        Source("cdrom:[Debian 12]/", "bookworm", ("main",)),
        Source("http://one.example/debian", "bookworm", ("main", "contrib")),
        Source("http://one.example/debian", "bookworm-updates", ("main",)),
        Source("http://one.example/security", "bookworm-security", ("main",)),
        Source("http://nodejs.example", "nodistro", ("main",)),
        Source("http://vendor.example", "stable", ("vendor",)),
    ]
    fixes = "deb [o] http://one.example/security trixie-security main\n"
    assert mirrors.lines_for("trixie", sources, "o") == [
        f"deb [o] http://one.example/debian trixie main\n{fixes}",
        f"deb [o] http://nodejs.example trixie main\n{fixes}",
    ]


def test_a_machine_that_is_not_debians_is_told_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match=r"no apt and dpkg.*compose\.yaml.*VIGIE_DATABASE_URL"):
        debian.unpacked(tmp_path, print)


def test_a_machine_without_debians_keys_is_told_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"no keys of Debian's archive.*postgresql-NN-timescaledb.*VIGIE_MQTT_URL"):
        debian.keyring(tmp_path)


def test_a_mirror_without_debian_13_is_told_with_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(mirrors, "of_machine", lambda: [Source(f"file:{tmp_path}/empty", "noble", ("main",))])
    with pytest.raises(ServiceError, match=r"None of this machine's package mirrors gave Debian 13.*compose\.yaml"):
        debian.unpacked(tmp_path, print)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "lock"]


@pytest.mark.parametrize(
    ("major", "timescaledb", "taken"), [(15, "2.19.3", 0), (16, "2.18.0", 0), (16, "2.18.1", 1), (17, "2.29.2", 1)]
)
def test_the_machines_own_postgres_is_taken_if_recent_enough(
    tmp_path: Path, major: int, timescaledb: str, taken: int
) -> None:
    folder = installed_postgres(tmp_path, major, timescaledb)
    assert programs.own_postgres(tmp_path) == [folder] * taken


def test_the_newest_of_the_machines_own_is_taken_first(tmp_path: Path) -> None:
    older, newer = installed_postgres(tmp_path, 16, "2.19.3"), installed_postgres(tmp_path, 17, "2.19.3")
    assert programs.own_postgres(tmp_path) == [newer, older]


def test_the_postgres_that_made_the_data_is_used_again(tmp_path: Path) -> None:
    remembered = installed_postgres(tmp_path, 16, "2.19.3")
    assert programs.postgres(str(remembered), 16, print) == remembered


def test_data_of_a_vanished_postgres_is_not_touched_by_another(running: tuple[Path, Endpoints]) -> None:
    with pytest.raises(ServiceError, match="made by PostgreSQL 14, which is no longer here"):
        programs.postgres("", 14, print)


# ── Docker's twin ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_compose_runs_with_the_very_same_settings() -> None:
    compose = (ROOT / "compose.yaml").read_text()
    for name in ("postgresql.conf", "mosquitto.conf"):
        assert (ROOT / "vigie/services/conf" / name).exists()
        assert f"./vigie/services/conf/{name}:" in compose
    assert "config_file=/etc/vigie/postgresql.conf" in compose
    assert "include_dir /etc/vigie" in (ROOT / "deploy/mosquitto.conf").read_text()


def test_compose_publishes_on_this_machine_only() -> None:
    published = [line.strip() for line in (ROOT / "compose.yaml").read_text().splitlines() if '- "127.0.0.1:' in line]
    assert len(published) == 2
    assert (ROOT / "compose.yaml").read_text().count("ports:") == 2


def test_docker_gives_the_hub_the_same_rights(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.json"
    environment = {
        "PATH": f"{programs.broker(print).mosquitto.parents[1] / 'bin'}:/usr/bin:/bin",
        "VIGIE_MQTT_PASSWORD": "secret-of-compose",
        "VIGIE_MQTT_ACCOUNTS": str(accounts),
        "MOSQUITTO": "/bin/true",
    }
    subprocess.run(["/bin/sh", ROOT / "deploy/mosquitto-start.sh"], env=environment, check=True)
    made = json.loads(accounts.read_text())
    ours = mosquitto.with_hub({}, "secret-of-compose")
    assert mosquitto.matches(made["clients"][0], "secret-of-compose")
    assert made["defaultACLAccess"] == ours["defaultACLAccess"]
    assert allowed(ours) - {("unsubscribePattern", "$CONTROL/dynamic-security/#")} <= allowed(made)


# ── What the tests above say in one word ─────────────────────────────────────────────────────────────────────────────


def keep_a_row(endpoints: Endpoints) -> None:
    with psycopg.connect(endpoints.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")


def rows_kept(endpoints: Endpoints) -> int:
    with psycopg.connect(endpoints.database_url) as connection:
        return len(connection.execute("SELECT n FROM kept").fetchall())


def sleep_for_long(connection: psycopg.Connection[tuple[object, ...]], value: str = "0") -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute(f"SELECT pg_sleep(100), {value}".encode())


def sleepers(endpoints: Endpoints) -> int:
    with psycopg.connect(endpoints.database_url) as connection:
        return len(connection.execute("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchall())


def answers(endpoints: Endpoints) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(endpoints.database_url):
        return True
    return False


@contextmanager
def strangers(endpoints: Endpoints) -> Iterator[None]:
    """Other programs listening on both ports."""
    with socket.socket() as one, socket.socket() as other:
        for stranger, url in ((one, endpoints.database_url), (other, endpoints.mqtt_url)):
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stranger.bind(("127.0.0.1", urlsplit(url).port))
            stranger.listen()
        yield


def installed_postgres(root: Path, major: int, timescaledb: str) -> Path:
    """What Debian's packages leave on a machine, as far as we look at it."""
    folder = root / f"usr/lib/postgresql/{major}/bin"
    folder.mkdir(parents=True)
    (folder / "initdb").touch()
    (folder / "postgres").touch()
    control = root / f"usr/share/postgresql/{major}/extension/timescaledb.control"
    control.parent.mkdir(parents=True)
    control.write_text(f"comment = 'time-series'\ndefault_version = '{timescaledb}'\n")
    return folder


def allowed(accounts: mosquitto.Accounts) -> set[tuple[str, str]]:
    """What the first role may do."""
    return {(acl["acltype"], acl["topic"]) for acl in accounts["roles"][0]["acls"] if acl["allow"]}


def gateway(name: str, password: str) -> tuple[dict[str, object], ...]:
    """The commands that give a gateway its role and account."""
    topics = [("publishClientSend", f"vigie/v1/up/{name}"), ("subscribeLiteral", f"vigie/v1/ack/{name}")]
    acls = [{"acltype": act, "topic": topic, "priority": 0, "allow": True} for act, topic in topics]
    role: dict[str, object] = {"command": "createRole", "rolename": name, "acls": acls}
    client: dict[str, object] = {
        "command": "createClient",
        "username": name,
        "password": password,
        "roles": [{"rolename": name}],
    }
    return role, client


@dataclass
class Session:
    """One MQTT 5 connection, asked and answered in turn."""

    client: Client
    answers: queue.Queue[str] = field(default_factory=queue.Queue)
    heard: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    welcome: str = ""

    def publish(self, topic: str, payload: bytes) -> str:
        self.client.publish(topic, payload, qos=1)
        return self.answers.get(timeout=PATIENCE)

    def subscribe(self, topic: str) -> str:
        self.client.subscribe(topic, qos=1)
        return self.answers.get(timeout=PATIENCE)

    def command(self, *commands: dict[str, object]) -> None:
        """Tell the dynamic-security plugin; it must not complain."""
        self.subscribe("$CONTROL/dynamic-security/v1/response")
        self.publish("$CONTROL/dynamic-security/v1", json.dumps({"commands": commands}).encode())
        _, answer = self.heard.get(timeout=PATIENCE)
        assert not [response for response in json.loads(answer)["responses"] if "error" in response]


@contextmanager
def session(
    endpoints: Endpoints,
    name: str | None = "",
    password: str | None = "",
    *,
    client_id: str = "",
    properties: Properties | None = None,
) -> Iterator[Session]:
    """A connection as the hub, or under another name, or (None) without one."""
    url = urlsplit(endpoints.mqtt_url)
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(url.username if name == "" else name, url.password if password == "" else password)
    talk = Session(client)

    def welcomed(_c: Client, _u: object, _f: ConnectFlags, reason: ReasonCode, _p: Properties | None) -> None:
        talk.answers.put(str(reason))

    def answered(_c: Client, _u: object, _mid: int, reason: ReasonCode, _p: Properties | None) -> None:
        talk.answers.put(str(reason))

    def granted(_c: Client, _u: object, _mid: int, reasons: list[ReasonCode], _p: Properties | None) -> None:
        talk.answers.put(str(reasons[0]))

    def received(_c: Client, _u: object, message: MQTTMessage) -> None:
        talk.heard.put((message.topic, bytes(message.payload)))

    client.on_connect, client.on_publish, client.on_subscribe, client.on_message = welcomed, answered, granted, received
    client.connect(str(url.hostname), url.port or 0, clean_start=False, properties=properties)
    client.loop_start()
    talk.welcome = talk.answers.get(timeout=PATIENCE)
    try:
        yield talk
    finally:
        client.disconnect()
        client.loop_stop()
