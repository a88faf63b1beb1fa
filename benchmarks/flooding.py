"""One flooding publisher, in a process of its own: every message new, at a steady rate, for a bounded time.

A message is its home's template with a number filled in (its sequence, its items' names, their microseconds): making
it costs next to nothing, so that one process can publish far more than a hub takes.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from time import monotonic, sleep
from uuid import uuid4

from benchmarks import load
from benchmarks.publishing import Publisher, publish
from benchmarks.setting import PEOPLE

_NUMBER = b"@@@@@@"
_DIGITS = len(_NUMBER)
PIECE = 200
"""Messages sent in one go."""


@dataclass(frozen=True, slots=True)
class Flood:
    """One publisher's share: which homes (every `publishers`-th from `share` on), how fast, how long."""

    share: int
    publishers: int
    messages_a_second: float
    seconds: float
    readings_each: int


def templates(flood: Flood) -> list[load.Message]:
    """One message a home of this publisher's, with a hole where the number goes."""
    made = list(load.messages(PEOPLE, flood.readings_each))[flood.share :: flood.publishers]
    return [(topic, _with_holes(json.loads(payload))) for topic, payload in made]


def _with_holes(message: dict[str, object]) -> bytes:
    items = message["items"]
    if not isinstance(items, list):
        raise TypeError("not a native message")
    hole = _NUMBER.decode()
    for item in items:
        item["id"] += hole
        item["taken_at"] = item["taken_at"].replace("+00:00", f".{hole}+00:00")
    text = json.dumps(message | {"boot": str(uuid4()), "seq": "SEQ"})
    return text.replace('"SEQ"', f"1{hole}").encode()


def main() -> None:
    """Publish until the time is over; then say how many messages the broker took."""
    flood = Flood(**json.loads(sys.argv[1]))
    homes = templates(flood)
    publisher = Publisher(os.environ["VIGIE_MQTT_URL"], f"bench-flood-{flood.share}")
    begun, sent = monotonic(), 0
    while (elapsed := monotonic() - begun) < flood.seconds:
        ahead = sent / flood.messages_a_second - elapsed
        if ahead > 0:
            sleep(ahead)
        publisher.send(_piece(homes, sent), PIECE)
        sent += PIECE
    publisher.close()
    print(sent)


def _piece(homes: list[load.Message], sent: int) -> bytes:
    made = []
    for mid in range(1, PIECE + 1):
        turn, home = divmod(sent + mid - 1, len(homes))
        topic, template = homes[home]
        made.append(publish(topic, template.replace(_NUMBER, b"%0*d" % (_DIGITS, turn)), mid))
    return b"".join(made)


def command(flood: Flood) -> tuple[str, ...]:
    """The command line that runs it."""
    return (sys.executable, "-m", "benchmarks.flooding", json.dumps(asdict(flood)))


if __name__ == "__main__":
    main()
