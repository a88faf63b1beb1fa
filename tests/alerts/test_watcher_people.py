"""What the watch makes of a shared scale, of silent gateways, of what people do, and of those who stop or leave."""

from dataclasses import replace
from datetime import timedelta

from alerts.acts import act, set_thresholds
from alerts.alert import Doing
from alerts.thresholds import Gain, Thresholds
from hub.database import Database, Role
from hub.quantities import Kind
from hub.readings import Attribution
from tests.alerts.making import NOON, Row, after
from tests.alerts.watching import BEGIN, Home, a_home
from timeseries.household import Inbox
from timeseries.postgres_store import PostgresStore

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LOW = [Row(after(n), value, after(n) + 5 * SECOND) for n, value in enumerate([90, 80, 53, 52, 51, 50])]


def _told(home: Home, rule: str) -> list[str]:
    return [what for _, each, what, _ in home.journal() if each == rule]


# ── A shared scale ───────────────────────────────────────────────────────────────────────────────────────────────────


def _weighs(home: Home, household: int, kilograms: float, day: int) -> bytes:
    """On the scale of the household, told to nobody yet."""
    row = Row(NOON + day * DAY, kilograms, NOON + day * DAY, kind=Kind.WEIGHT)
    reading = home.reading(row)
    shared = replace(reading, person=None, household=household)
    with home.database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([shared])
    return reading.key


def _give(home: Home, household: int, key: bytes, how: Attribution) -> None:
    with home.database.transaction(Role.WATCH) as connection:
        inbox = Inbox(connection)
        inbox.give(inbox.of(household, home.uuid(key)), home.person, how)


def _asks_for_gains(home: Home) -> None:
    with home.database.transaction(Role.WATCH) as connection:
        set_thresholds(connection, home.person, Thresholds(weight_gain=Gain(on=True)), home.account(), after=0)
    home.ask("UPDATE thresholds SET document = jsonb_set(document, '{valid_from}', to_jsonb(%s::text))",
             BEGIN.isoformat())  # fmt: skip


def _a_gain(home: Home) -> tuple[int, bytes]:
    """Three kilograms in a day, on a scale that others use; the second weighing is nobody's yet."""
    household = home.in_a_household()
    _asks_for_gains(home)
    _give(home, household, _weighs(home, household, 80, 0), Attribution.CONFIRMED)
    home.look(after(1))
    heavy = _weighs(home, household, 83, 1)
    home.look(after(1) + DAY)
    return household, heavy


def test_a_weighing_that_nobody_confirmed_raises_nothing_and_confirmed_it_does_at_once(database: Database) -> None:
    home = a_home(database)
    household, heavy = _a_gain(home)
    _give(home, household, heavy, Attribution.GIVEN)
    home.look(after(2) + DAY)
    assert _told(home, "weight_gain") == []
    _give(home, household, heavy, Attribution.CONFIRMED)
    home.look(after(3) + DAY)
    assert _told(home, "weight_gain") == ["raised"]
    assert home.journal() == home.replayed(after(3) + DAY)


def test_a_weighing_taken_back_ends_at_once_what_it_raised(database: Database) -> None:
    home = a_home(database)
    household, heavy = _a_gain(home)
    _give(home, household, heavy, Attribution.CONFIRMED)
    home.look(after(3) + DAY)
    with database.transaction(Role.WATCH) as connection:
        inbox = Inbox(connection)
        inbox.dismiss(inbox.of(household, home.uuid(heavy)))
    home.look(after(4) + DAY)
    assert _told(home, "weight_gain") == ["raised", "resolved"]


# ── Silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_silence_names_its_cause(database: Database) -> None:
    causes = {}
    for name, own, others in (("sensor", 15, 15), ("gateway", 0, 15), ("network", 0, 0)):
        home = a_home(database)
        home.ask("UPDATE device SET gateway = %s WHERE number = %s", f"at {name}", home.devices[1])
        home.ask("DELETE FROM gateway_progress")
        for gateway, minute in ((f"at {name}", own), ("elsewhere", others)):
            home.ask("INSERT INTO gateway_progress (gateway, boot, committed, heard_at) "
                     "VALUES (%s, gen_random_uuid(), '{}', %s)", gateway, after(minute))  # fmt: skip
        home.ask("INSERT INTO holding (device, person, during) VALUES (%s, %s, '[2020-01-01,)')",
                 home.devices[1], home.person)  # fmt: skip
        home.keep([Row(after(n), 100, after(n) + SECOND) for n in range(2)])
        home.look(after(2))
        home.look(after(30))
        asked = "SELECT because ->> 'key' FROM alert WHERE person = %s AND rule = 'sensor_silence'"
        causes[name] = home.ask(asked, home.person)[0][0]
    assert causes == {name: f"sensor_silence_{name}" for name in causes}
    assert len(causes) == 3


# ── What people do ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_act_is_told_once_with_its_note_and_quiets_the_alert(database: Database) -> None:
    home = a_home(database)
    home.keep(LOW)
    home.look(after(6))
    ((key,),) = home.ask("SELECT key FROM alert WHERE rule = 'urgent_low'")
    home.act(key, Doing.ACKNOWLEDGE, after(7), note="juice")
    home.look(after(8))
    home.look(after(25))
    assert _told(home, "urgent_low") == ["raised", "acknowledged"]
    acted = home.ask("SELECT acknowledged_at, acknowledged_by, note FROM alert WHERE key = %s", key)
    assert acted == [(after(7), home.account(), "juice")]
    assert home.journal() == home.replayed(after(25))


def test_an_act_has_an_instant_that_no_look_has_passed(database: Database) -> None:
    home = a_home(database)
    home.ask("UPDATE walk SET looked_at = now() + interval '1 hour'")
    with database.transaction(Role.WATCH) as connection:
        act(connection, home.person, "low", home.account(), Doing.ACKNOWLEDGE)
    assert home.ask("SELECT a.at > w.looked_at, w.due_at = a.at FROM alert_act a JOIN walk w USING (person)") == [
        (True, True)
    ]


# ── Stopping and leaving ─────────────────────────────────────────────────────────────────────────────────────────────


def test_of_who_stops_collection_nothing_rings_any_more_and_what_was_open_ends(database: Database) -> None:
    home = a_home(database)
    home.keep(LOW)
    home.look(after(6))
    home.ask("UPDATE person SET collection_stopped_at = now() WHERE number = %s", home.person)
    home.due_now()
    home.look(after(10))
    known = home.journal()
    home.look(after(400))
    assert home.journal() == known
    assert home.ask("SELECT count(*) FROM alert WHERE resolved_at IS NULL") == [(0,)]
    assert home.ask("SELECT due_at FROM walk") == [(None,)]


def test_and_once_it_is_stored_again_they_begin_anew(database: Database) -> None:
    home = a_home(database)
    for stopped in (after(9), None):
        home.ask("UPDATE person SET collection_stopped_at = %s WHERE number = %s", stopped, home.person)
        home.due_now()
        home.look(after(10))
    home.ask("UPDATE walk SET looked_at = %s", after(10))
    home.keep([Row(after(n), 50, after(n) + SECOND) for n in (20, 21)])
    home.look(after(22))
    assert _told(home, "urgent_low") == ["raised"]


def test_whoever_is_deleted_leaves_nothing_of_their_alerts(database: Database) -> None:
    home = a_home(database)
    home.keep(LOW)
    home.look(after(6))
    home.act("low", Doing.ACKNOWLEDGE, after(7))
    home.hide(device=2)
    home.look(after(8))
    home.keep([Row(after(9), 90, after(9) + SECOND), Row(after(1.5), 90, after(2))])
    home.look(after(10))
    home.keep([Row(after(11), 90, after(11))])
    with database.transaction(Role.REGISTER) as connection:
        connection.execute("SELECT delete_person(%s)", (home.id,))
    tables = ("walk", "alert", "alert_event", "alert_act", "thresholds", "arrival", "seen_late", "taken_out")
    left = {table: home.ask(f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608
    assert left == dict.fromkeys(tables, 0)
