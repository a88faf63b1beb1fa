"""`vigie alerts replay`: rules tried on readings there are already, a person's or a file's, beside those in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from alerts.history import History
from alerts.loading import history_of
from alerts.replay import Worth, in_that_time, of_series, replay, tried, worth
from alerts.rule import Subject
from alerts.threshold_document import thresholds_from_toml
from alerts.thresholds import Thresholds
from alerts.watched import watched
from hub.database import Database, Role
from hub.errors import Malformed, NotFound, SettingsError
from timeseries.glucose.series import moment
from vigie.trace_file import read_trace

HEAD = ("rule", "episodes", "found", "missed", "alerts a day", "false a day", "minutes of warning")
IN_FORCE = "the rules in force"
_ADULT = date(1970, 1, 1)
"""Whose birthday it is matters to no rule of glucose."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Rules by that name, and what each was worth."""

    name: str
    rows: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Readings to try rules on, from and until when."""

    history: History
    since: datetime
    until: datetime


def of_file(path: Path, zone: ZoneInfo, since: datetime | None, until: datetime | None) -> Past:
    """A trace file's; all of it unless told. Raises Malformed."""
    series = read_trace(path, zone)
    if not len(series):
        raise Malformed("the file has no readings")
    begin, end = moment(series.at[0]), moment(series.at[-1])
    # an instant earlier, or the first reading would have been looked at already
    since = since or begin - timedelta(minutes=1)
    return Past(of_series(series, Subject(zone, _ADULT)), since, until or end + timedelta(hours=1))


def of_person(url: str, person: str, since: datetime, until: datetime | None) -> Past:
    """A person's stored readings, entered in their access log as read by the administrator. Raises NotFound."""
    database, end = Database(url), until or datetime.now(UTC)
    try:
        number = _entered(database, person)
        with database.transaction(Role.WATCH) as connection:
            (of,) = watched(connection, [number], end)
            return Past(history_of(connection, of, since, end), since, end)
    finally:
        database.close()


def _entered(database: Database, person: str) -> int:
    """The number of their record, once it is entered that the administrator reads it."""
    with database.transaction(Role.REGISTER) as connection:
        row = connection.execute("SELECT number FROM person WHERE id = %s", (_id(person),)).fetchone()
        ticket = connection.execute(_TICKET).fetchone()
    if row is None or ticket is None:
        raise NotFound("no such person: give the id that POST /v1/people answered")
    with database.transaction(Role.API, ticket[0]) as connection:
        connection.execute("SELECT record_access(%s, 'read', NULL)", ([row[0]],))
    number: int = row[0]
    return number


def _id(person: str) -> UUID:
    try:
        return UUID(person)
    except ValueError:
        raise NotFound("no such person: give the id that POST /v1/people answered") from None


def trials(past: Past, files: Sequence[Path], progress: Console) -> list[Trial]:
    """The rules in force, then those of each file, on the same readings.

    Raises Malformed, SettingsError, UnsafeThreshold.
    """
    if past.since >= past.until:
        raise SettingsError("--from must be before --to")
    own = past.history.thresholds or (Thresholds(),)
    asked = [(IN_FORCE, own), *((path.name, (_rules(path),)) for path in files)]
    return [Trial(name, tuple(_tried(past, name, thresholds, progress))) for name, thresholds in asked]


def _rules(path: Path) -> Thresholds:
    try:
        return thresholds_from_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Malformed(f"cannot read {path}: {error.strerror}") from None


def _tried(past: Past, name: str, thresholds: Sequence[Thresholds], progress: Console) -> list[Worth]:
    there, days = in_that_time(past.history, past.since, past.until)
    with Progress(console=progress, transient=True) as bar:
        task = bar.add_task(f"walking through the readings: {name}", total=(past.until - past.since).total_seconds())
        journal = replay(
            tried(past.history, thresholds), past.since, past.until,
            lambda at: bar.update(task, completed=(at - past.since).total_seconds()),
        )  # fmt: skip
    return worth(journal, there, days) if days else []


def table(trial: Trial) -> Table:
    """One line a rule that found, missed or rang."""
    shown = Table(title=trial.name, title_justify="left")
    for head in HEAD:
        shown.add_column(head, no_wrap=head == HEAD[0])
    for row in trial.rows:
        shown.add_row(*cells(row))
    return shown


def cells(row: Worth) -> tuple[str, ...]:
    """A rule's line; minutes are the median, negative when it rang after the episode began."""
    minutes = "—" if row.minutes is None else f"{row.minutes:.0f}"
    return (row.rule, str(row.found + row.missed), str(row.found), str(row.missed), f"{row.alerts_per_day:.2f}",
            f"{row.other_per_day:.2f}", minutes)  # fmt: skip


_TICKET = """
    INSERT INTO ticket (account, role, expires_at)
    SELECT number, role, now() + interval '1 minute' FROM account WHERE name = 'administrator' RETURNING value
"""
