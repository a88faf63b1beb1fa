"""What to run: the machine's own servers if they are recent enough, else Debian 13's unpacked ones."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.errors import ServiceError
from vigie.services import debian
from vigie.services.account import default_cache, open_folder
from vigie.services.commands import WAYS_OUT
from vigie.services.state import Say

_POSTGRES = 16
_TIMESCALEDB = (2, 18, 1)  # below, a multi-row ON CONFLICT DO NOTHING could stop at the first conflict: silent loss
_MOSQUITTO = (2, 0, 21)  # below, max_inflight_messages is no bound


@dataclass(frozen=True, slots=True)
class Broker:
    """Mosquitto and its dynamic-security plugin."""

    mosquitto: Path
    plugin: Path


def version(text: str) -> tuple[int, ...]:
    """The first dotted number in a text; () if there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def postgres(remembered: str, major: int | None, say: Say) -> Path:
    """The folder of PostgreSQL's programs, of the major version that made the data if there is data."""
    if remembered and Path(remembered, "postgres").exists():
        return Path(remembered)
    candidates = own_postgres(Path("/")) or own_postgres(_unpacked(say))
    matching = [folder for folder in candidates if major in (None, major_of(folder))]
    matching = matching or [folder for folder in own_postgres(_unpacked(say)) if major == major_of(folder)]
    if not matching:
        raise ServiceError(
            f"The data was made by PostgreSQL {major}, which is no longer here: install postgresql-{major}-timescaledb "
            "again (pg_upgrade or pg_dump then bring the data to a newer one), or start anew in another folder with "
            "VIGIE_HOME."
        )
    return matching[0]


def major_of(folder: Path) -> int:
    """The major version in a path as Debian lays it out: /usr/lib/postgresql/17/bin."""
    return int(folder.parent.name)


def own_postgres(root: Path) -> list[Path]:
    """The PostgreSQL installations under a root that come with TimescaleDB, both recent enough; the newest first."""
    folders = sorted(root.glob("usr/lib/postgresql/[0-9]*/bin"), key=major_of, reverse=True)
    return [
        folder for folder in folders if major_of(folder) >= _POSTGRES and _timescaledb(root, folder) >= _TIMESCALEDB
    ]


def _timescaledb(root: Path, folder: Path) -> tuple[int, ...]:
    control = root / f"usr/share/postgresql/{major_of(folder)}/extension/timescaledb.control"
    if not control.exists() or not (folder / "initdb").exists():
        return ()
    return version(control.read_text())


def broker(say: Say) -> Broker:
    """Mosquitto: the machine's own, else the unpacked one."""
    return own_broker(Path("/")) or _only(own_broker(_unpacked(say)))


def own_broker(root: Path) -> Broker | None:
    """The Mosquitto under a root, if it is recent enough and has its plugin."""
    program = root / "usr/sbin/mosquitto"
    plugins = list(root.glob("usr/lib/*/mosquitto_dynamic_security.so"))
    if not program.exists() or not plugins:
        return None
    help_text = subprocess.run((program, "-h"), capture_output=True, text=True, check=False).stdout
    return Broker(program, plugins[0]) if version(help_text) >= _MOSQUITTO else None


def _only(found: Broker | None) -> Broker:
    if found is None:
        raise ServiceError(f"The unpacked Mosquitto does not run: delete {default_cache()} and start again. {WAYS_OUT}")
    return found


def _unpacked(say: Say) -> Path:
    return debian.unpacked(open_folder(default_cache()), say)
