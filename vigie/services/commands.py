"""Running the machine's own tools, and what to say when they fail."""

import os
import re
import subprocess
from pathlib import Path

from hub.errors import ServiceError

WAYS_OUT = (
    "Ways out: install PostgreSQL >= 16 with TimescaleDB >= 2.18.1 and Mosquitto >= 2.0.21 (packages "
    "postgresql-NN-timescaledb and mosquitto) and start again; or start the ones of compose.yaml with Docker; or name "
    "servers of your own in VIGIE_DATABASE_URL and VIGIE_MQTT_URL. See docs/services.md."
)


def run(*command: str | os.PathLike[str]) -> str:
    """What a program prints; ServiceError with the ways out if it fails."""
    answer = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if answer.returncode:
        words = last_words(answer.stderr or answer.stdout)
        raise ServiceError(f"{Path(command[0]).name} failed: {words}. {WAYS_OUT}")
    return answer.stdout


def last_words(text: str) -> str:
    """The end of what a program said, addresses and the secrets they may hold left out."""
    return re.sub(r"\S+://\S+", "(mirror)", " ".join(text.split()[-60:])) or "it gave no reason"
