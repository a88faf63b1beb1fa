"""`vigie gateway`: the home gateway, and its devices."""

from typing import Annotated

import typer

from hub.settings import load
from vigie.cli_said import Home, home_folder, log_to_screen

app = typer.Typer()
_COLOURS = {"green": "green", "amber": "yellow", "red": "red"}


@app.callback(invoke_without_command=True)
def gateway(context: typer.Context, home: Home = None) -> None:
    """The home gateway: Bluetooth devices to its own disk, and from there to the hub. Without a command it runs.

    To run it needs VIGIE_GATEWAY (its name at the hub), VIGIE_MQTT_URL (mqtts://user:password@host) and VIGIE_TIME_ZONE
    (Europe/Paris), from the environment or a .env file. docs/gateway.md sets one up from the beginning.
    """
    context.obj = home_folder(home)
    if context.invoked_subcommand is None:
        from vigie.gateway import Place, run

        log_to_screen()
        settings = load()
        name, zone = settings.required_gateway(), settings.required_time_zone()
        run(Place(context.obj, name, settings.required_mqtt_url(), zone))


@app.command("pair")
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


@app.command("unpair")
def gateway_unpair(context: typer.Context, address: Annotated[str, typer.Argument(help="Its address.")]) -> None:
    """Listen to it no more; what it said and the hub has not yet is still sent."""
    from vigie import gateway

    typer.echo(gateway.unpair(context.obj, address))


@app.command("devices")
def gateway_devices(context: typer.Context) -> None:
    """The paired devices, one a line: address, model, last heard, last visit, waiting, refused."""
    from vigie import gateway

    for line in gateway.device_lines(context.obj):
        typer.echo(line)


@app.command("replay")
def gateway_replay(context: typer.Context) -> None:
    """Decode again what could not be used, after an upgrade or once a bind key is given. Needs VIGIE_TIME_ZONE."""
    from vigie import gateway

    done = gateway.replay(context.obj, load().required_time_zone())
    typer.echo(f"{done.understood} understood ({done.readings} new readings), {done.refused} still refused")


@app.command("status")
def gateway_status(context: typer.Context) -> None:
    """How it does, one light a line; status 1 if one is red."""
    from vigie import gateway

    found = gateway.lights(context.obj)
    for light in found:
        typer.echo(f"{typer.style('●', fg=_COLOURS[light.colour])} {light.colour:<5}  {light.name:<7}  {light.words}")
    raise typer.Exit(int(any(light.colour == "red" for light in found)))
