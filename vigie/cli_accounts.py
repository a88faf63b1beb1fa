"""`vigie gateway-account`: who may send to the hub. Each command loads only what it needs, as in `cli`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hub.settings import load

if TYPE_CHECKING:
    from hub.database import Database

app = typer.Typer(no_args_is_help=True, help="Who may send to the hub: an account a gateway, at the broker.")

GatewayName = Annotated[str, typer.Argument(help="Its name: letters, digits, . _ -")]
Secret = Annotated[
    typer.FileText | None,
    typer.Option(help="A file whose first line is its password (- is the standard input), rather than a new one."),
]


@app.command("add")
def add(name: GatewayName, password: Secret = None) -> None:
    """Give a gateway its account, or a known one a new password; prints the two settings it needs."""
    from vigie import gateway_accounts as accounts

    with _hub() as (database, mqtt_url):
        url = accounts.add(database, mqtt_url, name, _first_line(password))
    typer.echo(f"VIGIE_GATEWAY={name}")
    typer.echo(f"VIGIE_MQTT_URL={url}")


@app.command("add-sender")
def add_sender(
    name: GatewayName,
    topics: Annotated[list[str], typer.Argument(help="What it speaks on, as home/kitchen/BTtoMQTT/+")],
    client_id: Annotated[
        str, typer.Option(help="Its MQTT client id, if it always has the same: it is held to it.")
    ] = "",
    password: Secret = None,
) -> None:
    """Give other people's software (Theengs, openScale-sync, …) an account for its topics; prints the URL."""
    from vigie import gateway_accounts as accounts

    with _hub() as (database, mqtt_url):
        typer.echo(accounts.add_sender(database, mqtt_url, name, topics, client_id, _first_line(password)))


@app.command("add-listener")
def add_listener(
    name: GatewayName,
    person: Annotated[UUID, typer.Option(help="Whose home it is: it hears what this person is told.")],
    password: Secret = None,
) -> None:
    """Give somebody's home (Home Assistant, …) an account that hears their alerts and readings; prints the URL."""
    from vigie import gateway_accounts as accounts

    with _hub() as (database, mqtt_url):
        typer.echo(accounts.add_listener(database, mqtt_url, name, person, _first_line(password)))


@app.command("remove")
def remove(name: GatewayName) -> None:
    """Close an account, and its tokens: it is cut at once; add it again to let it back in with a new password."""
    from vigie import gateway_accounts as accounts

    with _hub() as (database, mqtt_url):
        accounts.remove(database, mqtt_url, name)


@app.command("list")
def list_() -> None:
    """The gateways and senders, one a line: name, what it is, whether it may come in, the topics it speaks on."""
    from vigie import gateway_accounts as accounts

    with _hub() as (database, mqtt_url):
        for line in accounts.lines(database, mqtt_url):
            typer.echo(line)


@contextmanager
def _hub() -> "Iterator[tuple[Database, str]]":
    """The hub's database, up to date, and its URL of the broker."""
    from hub.database import Database
    from hub.migrate import migrate

    settings = load()
    database_url, mqtt_url = settings.required_database_url(), settings.required_mqtt_url()
    migrate(database_url)
    database = Database(database_url)
    try:
        yield database, mqtt_url
    finally:
        database.close()


def _first_line(file: typer.FileText | None) -> str | None:
    return None if file is None else file.readline().rstrip("\n")
