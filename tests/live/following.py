"""Streams as clients read them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.http import Api
from tests.support.patience import PATIENCE


@dataclass(frozen=True, slots=True)
class Heard:
    """One event; `mark` is what a client would resume after."""

    name: str
    data: dict[str, Any]
    mark: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a stream said until it ended by itself; the mark it ended at; what was displayed when it began."""

    heard: list[Heard]
    mark: str
    now: dict[str, str] | None

    @property
    def values(self) -> list[float]:
        """Of its readings, in the order told."""
        return [each.data["value"] for each in self.heard if each.name == "reading"]


def look(api: Api, path: str, mark: str | None = None, **asked: Any) -> Looked:
    """Follow for one look."""
    resumed = {} if mark is None else {"Last-Event-ID": mark}
    answer = api.request("GET", f"{path}/stream", params={"stay": 0} | asked, headers=resumed)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    lines = answer.text.splitlines()
    marks = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    [first, *rest] = [*heard(lines), NOTHING]
    goes_on = first.name == "now"
    assert goes_on is (mark is not None)
    told = [each for each in (rest if goes_on else [first, *rest]) if each.name not in ("alive", "nothing")]
    return Looked(told, marks[-1], first.data.get("now"))


NOTHING = Heard("nothing", {}, "")


def heard(lines: Iterable[str]) -> Iterator[Heard]:
    """Events of a stream's lines, as a browser dispatches them (WHATWG HTML, 9.2.6)."""
    name, data, mark = "", "", ""
    for line in lines:
        field, _, value = line.partition(": ")
        mark = value if field == "id" else mark
        name = value if field == "event" else name
        data = value if field == "data" else data
        if not line and data:
            yield Heard(name, json.loads(data), mark)
        if not line:
            name, data = "", ""


class Stream:
    """A stream held open."""

    def __init__(self, address: str, path: str, headers: dict[str, str]) -> None:
        """Of that record, with that credential."""
        self._client = httpx.Client(base_url=address, timeout=PATIENCE)
        self._request = self._client.stream("GET", f"{path}/stream", headers=headers)
        self._answer = self._request.__enter__()
        assert self._answer.status_code == 200
        self.lines = self._answer.iter_lines()
        self.events = heard(self.lines)

    def __enter__(self) -> "Stream":
        """As it is."""
        return self

    def __exit__(self, *_: object) -> None:
        """Go away."""
        self._request.__exit__(None, None, None)
        self._client.close()
