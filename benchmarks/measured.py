"""A process of its own for what is measured, so that its CPU time is nobody else's."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from time import perf_counter, process_time

from benchmarks.rounds import Speed
from benchmarks.setting import Setting

LONGEST = 600


@dataclass(frozen=True, slots=True)
class Task:
    """What a measured process is to take from the broker: messages of so many readings; the first warm it up."""

    messages: int
    readings_each: int
    warm_up: int


class Meter:
    """Reads clock and CPU time when the warm-up is committed, and when all is."""

    def __init__(self, task: Task) -> None:
        """Nothing is seen yet."""
        self._task = task
        self._begun: tuple[int, float, float] | None = None
        self._ended: tuple[int, float, float] | None = None

    def done(self, committed: int) -> bool:
        """Take note that so many messages are committed; true once all are."""
        if self._begun is None and committed >= self._task.warm_up:
            self._begun = committed, perf_counter(), process_time()
        if self._ended is None and committed >= self._task.messages:
            self._ended = committed, perf_counter(), process_time()
        return self._ended is not None

    def report(self) -> None:
        """Tell the parent, on standard output."""
        if self._begun is None or self._ended is None:
            raise RuntimeError("not all was measured")
        messages, seconds, cpu = (end - start for start, end in zip(self._begun, self._ended, strict=True))
        print(json.dumps(asdict(Speed(int(messages), int(messages) * self._task.readings_each, seconds, cpu))))


def task() -> tuple[Task, str, str]:
    """In the child: its task, and the URLs of database and broker."""
    return Task(**json.loads(sys.argv[1])), os.environ["VIGIE_DATABASE_URL"], os.environ["VIGIE_MQTT_URL"]


def run(module: str, what: Task, where: Setting) -> Speed:
    """In the parent: run a module as the measured process, and wait for its report; raises CalledProcessError."""
    urls = {"VIGIE_DATABASE_URL": where.database_url, "VIGIE_MQTT_URL": where.mqtt_url}
    command = (sys.executable, "-m", module, json.dumps(asdict(what)))
    answer = subprocess.run(
        command, env=os.environ | urls, stdout=subprocess.PIPE, text=True, timeout=LONGEST, check=True
    )
    return Speed(**json.loads(answer.stdout))
