"""`vigie people`: what only whoever keeps the hub may do about people who left. Loads what it needs, as in `cli`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hub.errors import NotFound
from hub.settings import load

if TYPE_CHECKING:
    from hub.leaving import Leaving

app = typer.Typer(no_args_is_help=True, help="People who left: closed records, and deletions after a restore.")
deletions_app = typer.Typer(no_args_is_help=True, help="Who was deleted: kept apart from backups, applied after one.")
app.add_typer(deletions_app, name="deletions")


@app.command("reopen")
def reopen(person: Annotated[str, typer.Argument(help="The person's id.")]) -> None:
    """Make a closed record what it was."""
    from uuid import UUID

    try:
        wanted = UUID(person)
    except ValueError:
        raise NotFound("no such person: give the id that POST /v1/people answered") from None
    with _desk() as desk:
        desk.reopen(wanted)


@deletions_app.command("list")
def list_() -> None:
    """Print the list, one a line: a digest that names nobody, and when. Keep it apart from the backups."""
    with _desk() as desk:
        for each in desk.deletions():
            typer.echo(each.line())


@deletions_app.command("apply")
def apply(
    file: Annotated[
        typer.FileText | None, typer.Argument(help="What `list` printed (- is the standard input); else the hub's own.")
    ] = None,
) -> None:
    """After an older backup was restored: delete again whoever it brought back; again changes nothing."""
    from hub.leaving import read_deletions

    wanted = [] if file is None else list(read_deletions(file.read().splitlines()))
    with _desk() as desk:
        typer.echo(f"{desk.delete_again(wanted)} deleted again")


@contextmanager
def _desk() -> "Iterator[Leaving]":
    from hub.database import Database, Role
    from hub.leaving import Leaving
    from hub.migrate import migrate

    url = load().required_database_url()
    migrate(url)
    database = Database(url)
    try:
        with database.transaction(Role.REGISTER) as connection:
            yield Leaving(connection)
    finally:
        database.close()
