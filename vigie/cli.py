"""The command line: `vigie --help` lists what can be done. Each command loads only what it needs."""

import json
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.errors import RecordError, Refusal, SettingsError, VigieError
from hub.settings import load
from vigie.cli_accounts import app as accounts_app
from vigie.cli_people import app as people_app

app = typer.Typer(
    help="Vigie takes in what glucose sensors, meters and scales send, and keeps it in the right person's record.\n\n"
    "Start with `vigie demo`. Settings come from VIGIE_* variables or a .env file: VIGIE_DATABASE_URL, VIGIE_MQTT_URL, "
    "VIGIE_HTTP (127.0.0.1:8080), VIGIE_HOME.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
services_app = typer.Typer(no_args_is_help=True, help="The private TimescaleDB and Mosquitto, without Docker or root.")
token_app = typer.Typer(no_args_is_help=True, help="Bearer tokens for the API.")
quarantine_app = typer.Typer(no_args_is_help=True, help="What was refused, and again after a fix.")
access_log_app = typer.Typer(no_args_is_help=True, help="The log of who saw whose record.")
gateway_app = typer.Typer()
app.add_typer(services_app, name="services")
app.add_typer(gateway_app, name="gateway")
app.add_typer(accounts_app, name="gateway-account")
app.add_typer(people_app, name="people")
app.add_typer(token_app, name="token")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(access_log_app, name="access-log")

Home = Annotated[Path | None, typer.Option(help="Data folder; VIGIE_HOME, else the user's own data folder.")]
ALL_PARTS = "intake,api,watch,deliver"
NOBODY = "00:00:00:00:00:00"
console = Console()
_COLOURS = {"green": "green", "amber": "yellow", "red": "red"}
progress = Console(stderr=True, highlight=False)


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
    run(_home(home), (host, port or usual), seconds(duration) if duration else None, console)


@app.command()
def serve(
    only: Annotated[str, typer.Option(help="Parts to run here: intake, api, watch, deliver.")] = ALL_PARTS,
) -> None:
    """The hub; ready when GET /health/ready answers 200. VIGIE_BIND_KEYS opens encrypted beacons others pass on."""
    from ingest_api.app import answer
    from vigie.serve import hub, parts_named
    from vigie.signing import signing_of
    from vigie.telling import means_of

    _log()
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


@services_app.command("start")
def services_start(home: Home = None) -> None:
    """Start both and print their URLs, one a line; again and again gives the same."""
    from vigie import services

    endpoints = services.start(_home(home), _say)
    typer.echo(f"VIGIE_DATABASE_URL={endpoints.database_url}")
    typer.echo(f"VIGIE_MQTT_URL={endpoints.mqtt_url}")


@services_app.command("stop")
def services_stop(home: Home = None) -> None:
    """Stop both; their data stays."""
    from vigie import services

    services.stop(_home(home), _say)


@services_app.command("status")
def services_status(home: Home = None) -> None:
    """Which of the two runs; status 1 unless both do."""
    from vigie import services

    states = services.status(_home(home))
    for state in states:
        typer.echo(f"{state.name}: {'running, ' if state.running else ''}{state.detail}")
    raise typer.Exit(0 if all(state.running for state in states) else 1)


@gateway_app.callback(invoke_without_command=True)
def gateway(context: typer.Context, home: Home = None) -> None:
    """The home gateway: Bluetooth devices to its own disk, and from there to the hub. Without a command it runs.

    To run it needs VIGIE_GATEWAY (its name at the hub), VIGIE_MQTT_URL (mqtts://user:password@host) and VIGIE_TIME_ZONE
    (Europe/Paris), from the environment or a .env file. docs/gateway.md sets one up from the beginning.
    """
    context.obj = _home(home)
    if context.invoked_subcommand is None:
        from vigie.gateway import Place, run

        _log()
        settings = load()
        name, zone = settings.required_gateway(), settings.required_time_zone()
        run(Place(context.obj, name, settings.required_mqtt_url(), zone))


@gateway_app.command("pair")
def gateway_pair(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="The device's Bluetooth address, as AA:BB:CC:DD:EE:FF.")],
    model: Annotated[str | None, typer.Option(help="Its model, for you to know it again.")] = None,
    bind_key: Annotated[str | None, typer.Option(help="Its key, if it encrypts what it advertises: 32 digits.")] = None,
    consent: Annotated[
        tuple[int, int] | None,
        typer.Option(
            metavar="USER CODE", help="Your number on a Beurer or Sanitas scale, and the code it shows for it."
        ),
    ] = None,
) -> None:
    """Listen to a device from now on; a running gateway sees it within seconds."""
    from vigie import gateway

    typer.echo(gateway.pair(context.obj, address, model, bind_key, consent))


@gateway_app.command("unpair")
def gateway_unpair(context: typer.Context, address: Annotated[str, typer.Argument(help="Its address.")]) -> None:
    """Listen to it no more; what it said and the hub has not yet is still sent."""
    from vigie import gateway

    typer.echo(gateway.unpair(context.obj, address))


@gateway_app.command("devices")
def gateway_devices(context: typer.Context) -> None:
    """The paired devices, one a line: address, model, last heard, last visit, waiting, refused."""
    from vigie import gateway

    for line in gateway.device_lines(context.obj):
        typer.echo(line)


@gateway_app.command("replay")
def gateway_replay(context: typer.Context) -> None:
    """Decode again what could not be used, after an upgrade or once a bind key is given. Needs VIGIE_TIME_ZONE."""
    from vigie import gateway

    done = gateway.replay(context.obj, load().required_time_zone())
    typer.echo(f"{done.understood} understood ({done.readings} new readings), {done.refused} still refused")


@gateway_app.command("status")
def gateway_status(context: typer.Context) -> None:
    """How it does, one light a line; status 1 if one is red."""
    from vigie import gateway

    found = gateway.lights(context.obj)
    for light in found:
        typer.echo(f"{typer.style('●', fg=_COLOURS[light.colour])} {light.colour:<5}  {light.name:<7}  {light.words}")
    raise typer.Exit(int(any(light.colour == "red" for light in found)))


@token_app.command("admin")
def token_admin() -> None:
    """Print one administrator's token; it cannot be shown again."""
    from vigie.tokens import administrator

    typer.echo(administrator(load().required_database_url()))


@token_app.command("create")
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


@token_app.command("invite")
def token_invite(
    role: Annotated[str, typer.Option(help="Whose provider vouches for them: person or clinician.")],
    holder: Annotated[str, typer.Option("--for", help="A person's id, or the name a clinician is known by.")],
) -> None:
    """Print one invitation: whoever signs in with it within a week is that account's holder from then on."""
    from vigie.tokens import invite

    typer.echo(invite(load().required_database_url(), role, holder))


@token_app.command("list")
def token_list() -> None:
    """Every token: its identifier, whose, limited to what, since and until when; never the token."""
    from vigie.tokens import table

    # in a pipe nothing is cut to a screen's width
    wide = console if console.is_terminal else Console(width=200)
    wide.print(table(load().required_database_url()))


@token_app.command("revoke")
def token_revoke(identifier: Annotated[str, typer.Argument(help="As `vigie token list` shows it.")]) -> None:
    """End a token: the next request with it is refused."""
    from vigie.tokens import revoke

    revoke(load().required_database_url(), identifier)


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
        imported = run(Wanted(file, person, unit, mapping, zone), url, progress)
    except (Refusal, RecordError, SettingsError) as error:
        progress.print(f"vigie: {error}", style="red", markup=False)
        raise typer.Exit(2) from None
    for line in imported.lines():
        typer.echo(line)
    raise typer.Exit(int(bool(imported.refused)))


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


@quarantine_app.command("list")
def quarantine_list(most: Annotated[int, typer.Option(help="How many at most.")] = 100) -> None:
    """What waits in quarantine, oldest first: id, when, how often, from where, why."""
    from vigie.quarantine import table

    console.print(table(load().required_database_url(), most))


@quarantine_app.command("replay")
def quarantine_replay() -> None:
    """Send everything in quarantine through the door again; what is accepted now leaves the list."""
    from vigie.quarantine import replay

    settings = load()
    accepted, refused = replay(settings.required_database_url(), settings.keys, progress)
    console.print(f"{accepted} accepted, {refused} still refused")


@access_log_app.command("verify")
def access_log_verify() -> None:
    """Name the first altered entry of each person, status 1 if there is one; and a digest to keep elsewhere."""
    from vigie.access_log import verify

    found = verify(load().required_database_url())
    for line in found.lines:
        typer.echo(line)
    raise typer.Exit(0 if found.whole else 1)


def _home(chosen: Path | None) -> Path:
    from vigie.services import default_home

    return chosen or load().home or default_home()


def _say(line: str) -> None:
    progress.print(line, markup=False)


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
