"""`vigie alerts replay`: rules tried on a file's or a person's readings, which changes nothing and is entered."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from alerts.alert import Act, Doing
from alerts.forecast.gate import RUNGS, Gate
from alerts.forecast.replay import versions
from alerts.replay import Worth, in_that_time, of_series, tried
from alerts.thresholds import Below, Limit, Thresholds
from hub.database import Database
from hub.errors import Malformed, SettingsError, VigieError
from hub.quantities import Unit
from tests.access.world import World
from tests.alerts.forecast.making import joined, noisy
from tests.alerts.making import SUBJECT
from tests.prevention.making import acts, sense
from tests.support.clock import begun
from timeseries.glucose.series import Series, moment
from vigie.alerts_replay import IN_FORCE, Trial, of_file, trials
from vigie.cli import app
from vigie.trace_file import read_trace

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
QUIET = Console(quiet=True)
DAY = [*[120.0] * 100, 65, 62, 60, 61, 66, *[110.0] * 100]
"""Mg/dL every five minutes: one low of 25 minutes."""


def trace(folder: Path, values: list[float] = DAY, column: str = "mg_dl", begin: str = "2026-05-04T00:00:00") -> Path:
    """A file of these, five minutes apart."""
    first = datetime.fromisoformat(begin)
    lines = [f"{(first + timedelta(minutes=5 * n)).isoformat()},{value}" for n, value in enumerate(values)]
    path = folder / f"{uuid4().hex}.csv"
    path.write_text("\n".join([f"time,{column}", *lines]), encoding="utf-8")
    return path


def rules(folder: Path, text: str) -> Path:
    """A file of thresholds."""
    path = folder / "new.toml"
    path.write_text(text, encoding="utf-8")
    return path


def row(trial: Trial, rule: str) -> Worth:
    """A rule's."""
    (found,) = [each for each in trial.rows if each.rule == rule]
    return found


def typed(*words: object) -> Result:
    """The command."""
    return CliRunner().invoke(app, ["alerts", "replay", *map(str, words)], env={"COLUMNS": "200"})


# ── A file ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_rules_in_force_stand_beside_those_to_try(tmp_path: Path) -> None:
    new = rules(tmp_path, "[low]\nlimit = { value = 61.0, unit = 'mg/dL' }\nminutes = 15\n")
    old, tried_ones = trials(of_file(trace(tmp_path), UTC, None, None), [new], QUIET)
    assert (old.name, tried_ones.name) == (IN_FORCE, "new.toml")
    assert (row(old, "low").found, row(old, "low").missed, row(old, "low").other) == (1, 0, 0)
    assert (row(tried_ones, "low").found, row(tried_ones, "low").missed) == (0, 1)


def test_what_is_printed_is_what_was_found(tmp_path: Path) -> None:
    done = typed("--file", trace(tmp_path))
    assert done.exit_code == 0
    (line,) = [line for line in done.stdout.splitlines() if " low " in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][:4] == ["low", "1", "1", "0"]


def test_only_the_time_asked_for_is_tried(tmp_path: Path) -> None:
    path = trace(tmp_path)
    (before,) = trials(of_file(path, UTC, None, datetime(2026, 5, 4, 8, tzinfo=UTC)), [], QUIET)
    assert (row(before, "low").found, row(before, "low").missed, row(before, "low").alerts) == (0, 0, 0)


def test_a_files_times_are_of_the_zone_it_is_said_to_be_of(tmp_path: Path) -> None:
    here, there = (read_trace(trace(tmp_path), zone) for zone in (UTC, PARIS))
    assert moment(here.at[0]) - moment(there.at[0]) == timedelta(hours=2)
    offset = read_trace(trace(tmp_path, begin="2026-05-04T02:00:00+02:00"), PARIS)
    assert moment(offset.at[0]) == moment(here.at[0])


def test_a_sensor_that_speaks_mmol_is_judged_in_mmol(tmp_path: Path) -> None:
    past = of_file(trace(tmp_path, [6.0] * 50 + [3.9] * 10 + [6.0] * 50, "mmol_l"), UTC, None, None)
    (found,) = trials(past, [], QUIET)
    assert (row(found, "low").alerts, row(found, "low").found + row(found, "low").missed) == (0, 0)


def test_rows_without_a_value_are_no_readings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("time,mg_dl,flag\n2026-05-04 00:00:00,100,\n2026-05-04 00:05:00,,x\n", encoding="utf-8")
    assert read_trace(path, UTC).values.tolist() == [100.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when,mg_dl\n", "the columns `time`"),
        ("time,mg_dl,mmol_l\n", "one of `mg_dl`, `mmol_l`"),
        ("", "the columns `time`"),
        ("time,mg_dl\nyesterday,100\n", "line 2: write the time"),
        ("time,mg_dl\n2026-05-04 00:00:00,100\n2026-05-04 00:05:00,high\n", "line 3: the value is not a number"),
        ("time,mg_dl\n2026-05-04 00:00:00,nan\n", "line 2: the value is not a number"),
        ("time,mg_dl\n", "no readings"),
    ],
)
def test_a_file_that_is_no_trace_is_refused_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Malformed, match=said):
        of_file(path, UTC, None, None)


def test_thresholds_that_would_silence_what_must_ring_are_refused(tmp_path: Path) -> None:
    past = of_file(trace(tmp_path), UTC, None, None)
    with pytest.raises(VigieError, match="the urgent low may be set from"):
        trials(past, [rules(tmp_path, "[urgent_low]\nlimit = { value = 40.0, unit = 'mg/dL' }\n")], QUIET)
    with pytest.raises(Malformed, match="cannot read"):
        trials(past, [tmp_path / "none.toml"], QUIET)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say whose readings"),
        (["--person", "x", "--file", "y"], "say whose readings"),
        (["--person", "x"], "say from when"),
        (["--file", "FILE", "--from", "soon"], "write the time as"),
        (["--file", "FILE", "--zone", "Mars"], "--zone must be"),
        (["--file", "FILE", "--from", "2026-05-05", "--to", "2026-05-04"], "--from must be before --to"),
    ],
)
def test_what_is_missing_or_wrong_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    done = typed(*(trace(tmp_path) if word == "FILE" else word for word in words))
    assert done.exit_code != 0
    assert isinstance(done.exception, SettingsError)
    assert said in str(done.exception)


# ── The forecast on the way ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_forecast_is_learnt_on_the_way_from_the_past_alone() -> None:
    whole, first = noisy(4), noisy(4).between(moment(noisy(4).at[0]), moment(noisy(4).at[0]) + timedelta(days=2.5))
    of_whole, of_first = versions(whole), versions(first)
    assert len(of_whole) == 4
    assert of_whole[: len(of_first)] == of_first
    assert of_whole[0].asked == RUNGS[Gate().open_rung or 0]
    assert of_whole[0].weights != of_whole[-1].weights


def test_nobody_acts_in_a_trial_and_its_thresholds_alone_hold() -> None:
    acted = replace(of_series(noisy(1), SUBJECT), acts=(Act(begun(), "low@then", "1", Doing.ACKNOWLEDGE),))
    of = tried(acted, [Thresholds(low=Below(Limit(80, Unit.MG_DL), 15))])
    assert of.acts == ()
    assert [each.low.limit.value for each in of.thresholds] == [80]


def test_gaps_are_no_part_of_the_days_heard() -> None:
    begin = moment(noisy(1).at[0])
    later = Series(noisy(1).at + np.timedelta64(5, "D"), noisy(1).values, noisy(1).in_mmol, noisy(1).zone)
    _, heard = in_that_time(of_series(joined(noisy(1), later), SUBJECT), begin, begin + timedelta(days=9))
    assert heard == pytest.approx(2, abs=0.01)


# ── A person ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_persons_readings_are_tried_and_that_is_entered_in_their_log(
    lasting_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(lasting_database)
    ada = world.holder()
    sense(world, ada, DAY)
    monkeypatch.setenv("VIGIE_DATABASE_URL", lasting_database.url)
    before = world.as_administrator("SELECT count(*) FROM alert_event")
    done = typed("--person", ada.id, "--from", (begun() - timedelta(days=2)).isoformat())
    assert done.exit_code == 0, done.exception
    (line,) = [line for line in done.stdout.splitlines() if " low " in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][:4] == ["low", "1", "1", "0"]
    assert acts(world, ada) == [("admin", "read")]
    assert world.as_administrator("SELECT count(*) FROM alert_event") == before


@pytest.mark.parametrize("person", ["nobody", "00000000-0000-4000-8000-000000000000"])
def test_of_somebody_who_does_not_exist_nothing_is_said(
    lasting_database: Database, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", lasting_database.url)
    done = typed("--person", person, "--from", "2026-05-04")
    assert "no such person" in str(done.exception)
