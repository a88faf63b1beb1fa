"""`vigie quarantine`: what was refused."""

from typing import Annotated

import typer

from hub.settings import load
from vigie.cli_said import console, progress

app = typer.Typer(no_args_is_help=True, help="What was refused, and again after a fix.")


@app.command("list")
def quarantine_list(most: Annotated[int, typer.Option(help="How many at most.")] = 100) -> None:
    """What waits in quarantine, oldest first: id, when, how often, from where, why."""
    from vigie.quarantine import table

    console.print(table(load().required_database_url(), most))


@app.command("replay")
def quarantine_replay() -> None:
    """Send everything in quarantine through the door again; what is accepted now leaves the list."""
    from vigie.quarantine import replay

    settings = load()
    accepted, refused = replay(settings.required_database_url(), settings.keys, progress)
    console.print(f"{accepted} accepted, {refused} still refused")
