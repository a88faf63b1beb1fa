"""What every command says things with, and where it keeps its data."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.settings import load

Home = Annotated[Path | None, typer.Option(help="Data folder; VIGIE_HOME, else the user's own data folder.")]
console = Console()
progress = Console(stderr=True, highlight=False)


def home_folder(chosen: Path | None) -> Path:
    """The data folder that was asked for, or else the settings'."""
    from vigie.services import default_home

    return chosen or load().home or default_home()


def say(line: str) -> None:
    """A line of progress, as it is."""
    progress.print(line, markup=False)


def log_to_screen() -> None:
    """Log lines to the standard error, with their times."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
