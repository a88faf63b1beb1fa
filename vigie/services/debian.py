"""Debian 13's PostgreSQL, TimescaleDB and Mosquitto, unpacked in a folder of ours: no installing, no rights needed.

apt resolves, downloads and verifies against the archive's keys as always, but with a state of its own in a folder
that is thrown away. The machine's own apt configuration (proxies, credentials) keeps being read.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.errors import ServiceError
from vigie.services import mirrors, relocation
from vigie.services.commands import WAYS_OUT, last_words, run
from vigie.services.state import Say, locked

SUITE = "trixie"
_WANTED = ("postgresql-17-timescaledb", "mosquitto")
# Of all they depend on, they need the libraries only: not what sets a system up, not perl, not LLVM (jit is off).
_NEEDED = re.compile(
    r"(postgresql-(client-)?17|postgresql-17-timescaledb|mosquitto|zlib1g|lib(?!llvm|z3-|perl|.*-perl$).*)"
)
_RECIPE = 1  # raise it when what is unpacked, or how it is patched, changes

_CONFIGURATION = """\
Dir::State "{work}/state";
Dir::State::status "{work}/status";
Dir::Cache "{work}/cache";
Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def unpacked(cache: Path, say: Say) -> Path:
    """The folder the programs are unpacked in, fetched if it is not there; ServiceError with the ways out."""
    root = cache / f"{SUITE}-{_architecture()}-{_RECIPE}"
    if root.is_dir():
        return root
    with locked(cache / "lock", say, "another start is fetching the programs: waiting for it…"):
        if not root.is_dir():
            try:
                _unpack(cache, root, say)
            except OSError as error:
                raise ServiceError(
                    f"{cache} cannot be filled ({error.strerror}): make room there. {WAYS_OUT}"
                ) from error
    return root


def _unpack(cache: Path, root: Path, say: Say) -> None:
    for left_by_a_kill in cache.glob("unpacking-*"):
        shutil.rmtree(left_by_a_kill, ignore_errors=True)
    relocation.check_possible()
    say("PostgreSQL with TimescaleDB, and Mosquitto, are not installed: fetching Debian's, for Vigie alone")
    with tempfile.TemporaryDirectory(dir=cache, prefix="unpacking-") as folder:
        work = Path(folder)
        archives = _download(work, say)
        say(f"unpacking into {root}…")
        for archive in archives:
            run("dpkg", "-x", archive, work / "all")
        draft = relocation.prune(work / "all", work / "kept")
        relocation.patch(draft, root)
        os.sync()  # a power cut must not leave empty files under the final name
        draft.replace(root)


def _architecture() -> str:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise ServiceError(f"This machine has no apt and dpkg, so Debian's servers cannot be fetched. {WAYS_OUT}")
    return run("dpkg", "--print-architecture").strip()


def keyring(folder: Path = Path("/usr/share/keyrings")) -> Path:
    """The keys that sign Debian's archive; ServiceError if the machine has none."""
    for path in (folder / "debian-archive-keyring.gpg", folder / "debian-archive-keyring.pgp"):
        if path.exists():
            return path
    raise ServiceError(f"{folder} has no keys of Debian's archive (package debian-archive-keyring). {WAYS_OUT}")


def _download(work: Path, say: Say) -> list[Path]:
    """Resolve, download and verify; the archives."""
    for name in ("state/lists/partial", "cache/archives/partial", "debs"):
        (work / name).mkdir(parents=True)
    (work / "status").touch()
    (work / "apt.conf").write_text(_CONFIGURATION.format(work=work))
    _find_mirror(work, say)
    sizes = _resolve(work)
    total = sum(sizes.values()) // 1_000_000
    for percent in _fetch(work, list(sizes)):
        say(f"downloading {len(sizes)} packages ({total} MB): {percent} %")
    return sorted((work / "debs").glob("*.deb"))


def _find_mirror(work: Path, say: Say) -> None:
    """Settle on the first of the machine's mirrors that serves Debian 13 under Debian's signature."""
    options = f"arch={_architecture()} signed-by={keyring()}"
    why = "its apt sources name no mirror with 'main'"
    for lines in mirrors.lines_for(SUITE, mirrors.of_machine(), options):
        (work / "sources.list").write_text(lines)
        say("asking this machine's Debian mirror what it has…")
        answer = _apt(work, "-o", "APT::Update::Error-Mode=any", "update")
        if answer.returncode == 0:
            return
        why = last_words(answer.stderr)
    raise ServiceError(f"None of this machine's package mirrors gave Debian 13 ({SUITE}): {why}. {WAYS_OUT}")


def _resolve(work: Path) -> dict[str, int]:
    """The packages needed and their sizes, in bytes."""
    answer = _apt(work, "install", "--print-uris", "-qq", *_WANTED)
    if answer.returncode:
        raise ServiceError(f"apt finds no way to have {' and '.join(_WANTED)}: {last_words(answer.stderr)}. {WAYS_OUT}")
    offers = re.findall(r"^'\S+' ([^_\s]+)_\S+ (\d+)", answer.stdout, re.MULTILINE)
    return {name: int(size) for name, size in offers if _NEEDED.fullmatch(name)}


def _fetch(work: Path, names: list[str]) -> Iterator[int]:
    """Download, yielding the progress in tens of percent."""
    command: list[str | Path] = [
        "apt-get",
        "-c",
        work / "apt.conf",
        "-o",
        "APT::Status-Fd=1",
        "-qq",
        "download",
        *names,
    ]
    errors = work / "errors"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, cwd=work / "debs", stdout=subprocess.PIPE, stderr=stderr, text=True) as apt,
    ):
        said = -1
        for line in apt.stdout or ():
            progress = re.match(r"dlstatus:\d+:(\d+)", line)
            if progress and (tens := int(progress[1]) // 10 * 10) > said:
                yield (said := tens)
    if apt.returncode:
        raise ServiceError(f"The download failed: {last_words(errors.read_text())}. Try again later. {WAYS_OUT}")


def _apt(work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = ["apt-get", "-c", work / "apt.conf", *arguments]
    return subprocess.run(command, cwd=work, capture_output=True, text=True, errors="replace", check=False)
