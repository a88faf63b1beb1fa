"""`vigie services`: the private TimescaleDB and Mosquitto."""

import typer

from vigie.cli_said import Home, home_folder, say

app = typer.Typer(no_args_is_help=True, help="The private TimescaleDB and Mosquitto, without Docker or root.")


@app.command("start")
def services_start(home: Home = None) -> None:
    """Start both and print their URLs, one a line; again and again gives the same."""
    from vigie import services

    endpoints = services.start(home_folder(home), say)
    typer.echo(f"VIGIE_DATABASE_URL={endpoints.database_url}")
    typer.echo(f"VIGIE_MQTT_URL={endpoints.mqtt_url}")


@app.command("stop")
def services_stop(home: Home = None) -> None:
    """Stop both; their data stays."""
    from vigie import services

    services.stop(home_folder(home), say)


@app.command("status")
def services_status(home: Home = None) -> None:
    """Which of the two runs; status 1 unless both do."""
    from vigie import services

    states = services.status(home_folder(home))
    for state in states:
        typer.echo(f"{state.name}: {'running, ' if state.running else ''}{state.detail}")
    raise typer.Exit(0 if all(state.running for state in states) else 1)
