"""`vigie token`: bearer tokens and invitations."""

from typing import Annotated

import typer
from rich.console import Console

from hub.settings import load
from vigie.cli_said import console

app = typer.Typer(no_args_is_help=True, help="Bearer tokens for the API.")


@app.command("admin")
def token_admin() -> None:
    """Print one administrator's token; it cannot be shown again."""
    from vigie.tokens import administrator

    typer.echo(administrator(load().required_database_url()))


@app.command("create")
def token_create(
    role: Annotated[str, typer.Option(help="What it is for: person, clinician, caregiver, app, gateway.")],
    holder: Annotated[str, typer.Option("--for", help="A person's id, or the name the others are known by.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Limit it to this, as readings:write; several may be.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="End it by itself after this long, as 90d or 12h.")] = None,
) -> None:
    """Print one bearer token, nothing else; it cannot be shown again."""
    from vigie.tokens import create

    typer.echo(create(load().required_database_url(), role, holder, scope or (), expires))


@app.command("invite")
def token_invite(
    role: Annotated[str, typer.Option(help="Whose provider vouches for them: person or clinician.")],
    holder: Annotated[str, typer.Option("--for", help="A person's id, or the name a clinician is known by.")],
) -> None:
    """Print one invitation: whoever signs in with it within a week is that account's holder from then on."""
    from vigie.tokens import invite

    typer.echo(invite(load().required_database_url(), role, holder))


@app.command("list")
def token_list() -> None:
    """Every token: its identifier, whose, limited to what, since and until when; never the token."""
    from vigie.tokens import table

    # in a pipe nothing is cut to a screen's width
    wide = console if console.is_terminal else Console(width=200)
    wide.print(table(load().required_database_url()))


@app.command("revoke")
def token_revoke(identifier: Annotated[str, typer.Argument(help="As `vigie token list` shows it.")]) -> None:
    """End a token: the next request with it is refused."""
    from vigie.tokens import revoke

    revoke(load().required_database_url(), identifier)
