"""Where this machine gets its packages from, read from its apt sources (sources.list(5)); no address is ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One place of packages: an address as apt writes it, one suite there, its components."""

    uri: str
    suite: str
    components: tuple[str, ...]

    @property
    def is_security(self) -> bool:
        """Whether security fixes come from here (`bookworm-security`, once `buster/updates`)."""
        return self.suite.endswith(("-security", "/updates"))


# Entries that add to a release rather than being one: nothing to look for under another release's name.
_ADDITIONS = ("-updates", "-backports", "-backports-sloppy", "-proposed-updates", "-debug", "/")


def one_line(text: str) -> list[Source]:
    """The sources of a `.list` file: `deb [options] uri suite component…`."""
    entries = re.findall(r"^\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)[ \t]+([^#\n]+)", text, re.MULTILINE)
    return [Source(uri, suite, tuple(components.split())) for uri, suite, components in entries]


def deb822(text: str) -> list[Source]:
    """The sources of a `.sources` file: paragraphs of `Types`, `URIs`, `Suites`, `Components`."""
    uncommented = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [source for paragraph in re.split(r"\n[ \t]*\n", uncommented) for source in _paragraph(paragraph)]


def _paragraph(text: str) -> Iterator[Source]:
    fields = {
        name.lower(): value.split()
        for name, value in re.findall(r"^([\w-]+):((?:.*\n?(?=[ \t]|$))*.*)", text, re.MULTILINE)
    }
    if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
        return
    for uri in fields.get("uris", []):
        for suite in fields.get("suites", []):
            yield Source(uri, suite, tuple(fields.get("components", [])))


def of_machine(etc_apt: Path = Path("/etc/apt")) -> list[Source]:
    """All the sources this machine's apt uses, in the order of its files."""
    lists = [etc_apt / "sources.list", *sorted(etc_apt.glob("sources.list.d/*.list"))]
    found = [one_line(path.read_text(errors="replace")) for path in lists if path.is_file()]
    found += [deb822(path.read_text(errors="replace")) for path in sorted(etc_apt.glob("sources.list.d/*.sources"))]
    return [source for sources in found for source in sources]


def lines_for(suite: str, sources: list[Source], options: str) -> list[str]:
    """For each mirror that may hold Debian, the text of a source list that asks it for `suite` and its fixes.

    Which mirror really is Debian's is for the archive's signature to say.
    """
    usable = [source for source in sources if "main" in source.components and not source.uri.startswith("cdrom:")]
    releases = [s.uri for s in usable if not s.is_security and not s.suite.endswith(_ADDITIONS)]
    security = [s.uri for s in usable if s.is_security][:1]
    fixes = "".join(f"deb [{options}] {uri} {suite}-security main\n" for uri in security)
    return [f"deb [{options}] {uri} {suite} main\n{fixes}" for uri in dict.fromkeys(releases)]
