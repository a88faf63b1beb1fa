"""`python -m benchmarks.watching`: what alerts cost a reading, how late they come, how many people one process watches.

Real traces (tests/captures/cgm), each person's from another place (watched_people); the cost of their readings beside
that of the whole way (watch_cost); lateness and memory under many people's (watch_load). Nothing stays.
"""

from typing import Annotated

import typer
from rich.console import Console

from benchmarks.setting import setting
from benchmarks.watch_cost import cost
from benchmarks.watch_load import lateness, many
from hub.database import Database

console = Console()


def main(
    hours: Annotated[float, typer.Option(help="How long readings come live, after a day of them.")] = 6,
    rate: Annotated[int, typer.Option(help="Readings a second while lateness is measured: half of the most.")] = 1500,
    seconds: Annotated[int, typer.Option(help="For how long.")] = 8,
    people: Annotated[int, typer.Option(help="People watched in one process; 0 leaves this out.")] = 100_000,
) -> None:
    """What a reading costs the watch; lateness of alerts; memory of many people."""
    with console.status("starting servers…") as status, setting(lambda line: status.update(line)) as where:
        database = Database(where.database_url)
        for each, batch in ((1, "one a message"), (25, "25 a message, of as many sensors")):
            status.update(f"{batch}…")
            console.print(f"[bold]{batch}[/]: {cost(where, database, each, hours)}")
        if rate:
            status.update(f"{rate} readings a second…")
            console.print(lateness(where, database, rate, seconds))
        if people:
            status.update(f"{people:,} people…")
            console.print(many(where, database, people))
        database.close()


if __name__ == "__main__":
    typer.run(main)
