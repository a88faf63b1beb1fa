"""The command line: `vigie --help` lists what can be done. Each command loads only what it needs."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.errors import RecordError, Refusal, SettingsError, VigieError
from hub.settings import load
from vigie.cli_access_log import app as access_log_app
from vigie.cli_accounts import app as accounts_app
from vigie.cli_alerts import app as alerts_app
from vigie.cli_gateway import app as gateway_app
from vigie.cli_people import app as people_app
from vigie.cli_quarantine import app as quarantine_app
from vigie.cli_said import Home, console, home_folder, log_to_screen, progress
from vigie.cli_services import app as services_app
from vigie.cli_token import app as token_app

app = typer.Typer(
    help="Vigie takes in what glucose sensors, meters and scales send, and keeps it in the right person's record.\n\n"
    "Start with `vigie demo`. Settings come from VIGIE_* variables or a .env file: VIGIE_DATABASE_URL, VIGIE_MQTT_URL, "
    "VIGIE_HTTP (127.0.0.1:8080), VIGIE_HOME.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(services_app, name="services")
app.add_typer(gateway_app, name="gateway")
app.add_typer(accounts_app, name="gateway-account")
app.add_typer(people_app, name="people")
app.add_typer(token_app, name="token")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(access_log_app, name="access-log")
app.add_typer(alerts_app, name="alerts")

ALL_PARTS = "intake,api,watch,deliver"
NOBODY = "00:00:00:00:00:00"


def main() -> None:
    """Run; an error of ours is one line that says what to do, and status 1."""
    try:
        app()
    except VigieError as error:
        progress.print(f"vigie: {error}", style="red", markup=False)
        sys.exit(1)


@app.command()
def demo(
    duration: Annotated[str | None, typer.Option("--for", help="Stop by itself after this long, as 30s or 5m.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API; VIGIE_HTTP's unless told.")] = None,
    home: Home = None,
) -> None:
    """Services, hub and simulated homes replaying real traces; stays up until Ctrl-C, and finds its data again."""
    from vigie.demo import run, seconds

    host, usual = load().http_address
    run(home_folder(home), (host, port or usual), seconds(duration) if duration else None, console)


@app.command()
def serve(
    only: Annotated[str, typer.Option(help="Parts to run here: intake, api, watch, deliver.")] = ALL_PARTS,
) -> None:
    """The hub; ready when GET /health/ready answers 200. VIGIE_BIND_KEYS opens encrypted beacons others pass on."""
    from ingest_api.app import answer
    from vigie.serve import hub, parts_named
    from vigie.signing import signing_of
    from vigie.telling import means_of

    log_to_screen()
    settings = load()
    urls = settings.required_database_url(), settings.required_mqtt_url()
    parts, signing = parts_named(only), signing_of(settings)
    with hub(*urls, settings.mqtt_client, parts, settings.keys, signing, means_of(settings)) as application:
        answer(application, *settings.http_address)


@app.command("push-key")
def push_key() -> None:
    """Print a new VIGIE_VAPID_KEY, which signs what is pushed to browsers; with another, they must subscribe again."""
    from vigie.telling import new_push_key

    typer.echo(new_push_key())


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="The export: LibreView, Clarity, Nightscout, xDrip+, openScale, Withings.")
    ],
    person: Annotated[str, typer.Option(help="Whose it is: the person's id.")],
    unit: Annotated[
        str | None, typer.Option(help="The unit, where the export does not say it: mg/dL, mmol/L, kg…")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="How to read any other table; see docs/imports.md.")] = None,
    zone: Annotated[str | None, typer.Option(help="Where its clock stood, if not in the person's own zone.")] = None,
) -> None:
    """A vendor's export file into a person's record; again changes nothing.

    Status 0 when all was read, 1 when rows were refused (they wait in quarantine), 2 when it cannot be done as asked.
    """
    from hub.migrate import migrate
    from vigie.imports import Wanted, run

    try:
        url = load().required_database_url()
        migrate(url)
        done = run(Wanted(file, person, unit, mapping, zone), url, progress)
    except (Refusal, RecordError, SettingsError) as error:
        progress.print(f"vigie: {error}", style="red", markup=False)
        raise typer.Exit(2) from None
    for line in done.lines():
        typer.echo(line)
    raise typer.Exit(int(bool(done.imported.refused)))


@app.command()
def decode(
    payload: Annotated[list[str], typer.Argument(help="The message's text, or frames in hex: one session, in order.")],
    topic: Annotated[str | None, typer.Option(help="The MQTT topic it came on.")] = None,
    uuid: Annotated[
        str | None, typer.Option(help="The characteristic these frames came from, or the service of an advertisement.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="The characteristic's service, where it does not tell.")] = None,
    model: Annotated[str | None, typer.Option(help="The device's model or name, where it strays from the SIG.")] = None,
    key: Annotated[str | None, typer.Option(help="The bind key of an encrypted advertisement, in hex.")] = None,
    address: Annotated[str, typer.Option(help="The device's address; an encrypted advertisement needs it.")] = NOBODY,
) -> None:
    """What a message or frame says, one JSON a line: {kind, value, unit, …} or {error, why}.

    A frame of another characteristic of the same session is written 2aaa:e207…; it is heard with the others.
    """
    from vigie.decode import Source, explain

    for line in explain(payload, Source(topic, uuid, service, model, key, address)):
        typer.echo(json.dumps(line, ensure_ascii=False))
