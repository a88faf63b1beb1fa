"""`vigie access-log`: the log of who saw whose record."""

import typer

from hub.settings import load

app = typer.Typer(no_args_is_help=True, help="The log of who saw whose record.")


@app.command("verify")
def access_log_verify() -> None:
    """Name the first altered entry of each person, status 1 if there is one; and a digest to keep elsewhere."""
    from vigie.access_log import verify

    found = verify(load().required_database_url())
    for line in found.lines:
        typer.echo(line)
    raise typer.Exit(0 if found.whole else 1)


@app.command("purge")
def access_log_purge() -> None:
    """Forget the logs of records closed or deleted over ten years ago; whole logs only, so the rest still verifies."""
    from vigie.access_log import purge

    for line in purge(load().required_database_url()):
        typer.echo(line)
