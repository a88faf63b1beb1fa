"""`vigie alerts`: rules tried on readings there are already."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from hub.errors import SettingsError
from hub.settings import load
from vigie.cli_said import console, progress

app = typer.Typer(no_args_is_help=True, help="Alert rules, tried on readings there are already.")


@app.callback()
def _alerts() -> None:
    """Commands have names of their own, even while there is one."""


@app.command("replay")
def replay(
    person: Annotated[str | None, typer.Option(help="Whose readings: the person's id.")] = None,
    file: Annotated[Path | None, typer.Option(help="Or a trace: a CSV of `time` and `mg_dl` or `mmol_l`.")] = None,
    rules: Annotated[list[Path] | None, typer.Option(help="Thresholds to try, as TOML; several may be.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="From when, as 2026-11-01 or with its offset.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Until when; now, or the file's end, unless told.")] = None,
    zone: Annotated[str, typer.Option(help="The zone of times without an offset, and of a file's clock.")] = "UTC",
) -> None:
    """What each rule found, missed, rang for nothing, and how early; the rules in force, then those to try.

    Nothing is changed and nobody is told.
    """
    from vigie import alerts_replay
    from vigie.imports import zone_named

    of = zone_named(zone)
    begin, end = (None if told is None else _moment(told, of) for told in (since, until))
    if (person is None) == (file is None):
        raise SettingsError("say whose readings: either --person ID, or --file TRACE.csv")
    if file is not None:
        past = alerts_replay.of_file(file, of, begin, end)
    elif begin is None or person is None:
        raise SettingsError("say from when: --from 2026-11-01")
    else:
        past = alerts_replay.of_person(load().required_database_url(), person, begin, end)
    for trial in alerts_replay.trials(past, rules or (), progress):
        console.print(alerts_replay.table(trial))


def _moment(told: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        raise SettingsError(f"write the time as 2026-11-01 or 2026-11-01T08:00:00Z, not {told}") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
