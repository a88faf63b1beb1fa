"""As whom the servers run: PostgreSQL refuses root, so under root both run as an unprivileged account."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.errors import ServiceError

# Nothing of the caller's: PG* variables and LD_LIBRARY_PATH would change what our servers do.
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the servers; `uid` and `gid` are None when that is who runs us."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(
        self,
        *command: str | Path,
        cwd: Path = Path("/"),
        stdin: str = "",
        extra: dict[str, str] | None = None,
        timeout: float = 600,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, in a folder it can surely enter, with a clean environment."""
        return subprocess.run(
            command,
            cwd=cwd,
            input=stdin,
            env=_ENVIRONMENT | (extra or {}),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def folder(self, path: Path) -> Path:
        """A folder of this account, closed to others."""
        path.mkdir(exist_ok=True)
        path.chmod(0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        return path

    def write(self, path: Path, text: str) -> None:
        """A file of this account, closed to others, written whole or not at all.

        Never through a link: the folder is the account's, and root must not be led elsewhere by what lies there.
        """
        draft = path.with_name(f"{path.name}.draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            if self.uid is not None and self.gid is not None:
                os.fchown(file.fileno(), self.uid, self.gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def check_can_enter(self, folder: Path) -> None:
        """ServiceError if this account cannot reach into the folder."""
        if self.run("/usr/bin/test", "-x", folder).returncode:
            raise ServiceError(
                f"The account '{self.name}', which runs the servers because PostgreSQL refuses root, cannot enter "
                f"{folder}: open the way to it (chmod o+x on it and on the folders above), choose another folder with "
                f"VIGIE_HOME (for instance {default_home()}), or run this as an ordinary user."
            )


def default_home() -> Path:
    """Where an instance lies unless VIGIE_HOME says otherwise."""
    return Path("/var/lib/vigie") if os.geteuid() == 0 else Path.home() / ".local/share/vigie"


def default_cache() -> Path:
    """Where unpacked programs lie: one copy for all instances."""
    return Path("/var/cache/vigie") if os.geteuid() == 0 else Path.home() / ".cache/vigie"


def oneself() -> Account:
    """Who runs this program."""
    return Account(pwd.getpwuid(os.geteuid()).pw_name)


def chosen(home: Path) -> Account:
    """Who shall run the servers of this home: who made its data; else `postgres`, else `nobody`; else oneself."""
    if os.geteuid() != 0:
        return oneself()
    data = home / "postgresql"
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(data.owner(), owner.st_uid, owner.st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known.get("nobody")
    if entry is None:
        raise ServiceError(
            "PostgreSQL refuses to run as root, and this machine has no account 'postgres' or 'nobody' to run it: "
            "make one (useradd --system postgres), or run this as an ordinary user."
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def open_folder(path: Path) -> Path:
    """A folder the servers' account can pass through; one that exists is left as it is."""
    if not path.exists():
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise ServiceError(
                f"{path} cannot be made here ({error.strerror}): choose another folder with VIGIE_HOME."
            ) from error
        path.chmod(0o755 if os.geteuid() == 0 else 0o700)
    return path
