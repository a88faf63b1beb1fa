"""Workers killed while a message is on its way."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.alerts.delivery.ringing import Scene
from tests.support.patience import PATIENCE
from tests.support.sinks import Fate


@contextmanager
def working(scene: Scene) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own process, which does not outlive the test."""
    command = [sys.executable, "-m", "tests.alerts.delivery.worker_process", scene.world.database.url]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(scene: Scene, messages: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(scene.sink.took) < messages:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_killed_between_sending_and_writing_it_is_sent_again_with_the_same_key(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.sink.fates.extend([Fate.KEEP_WAITING] * 2)
    scene.happens()
    scene.plan()
    for killed in (1, 2):
        with working(scene):
            wait_for(scene, killed)
        assert scene.states() == [("ada", "raised", "sending", None)]
        scene.hurry()
    scene.deliver()
    assert len(scene.sink.took) == 3
    assert len(scene.sink.keys) == 1
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_two_processes_send_each_message_once(scene: Scene) -> None:
    for _ in range(10):
        scene.address(scene.ada)
    scene.happens()
    scene.happens("rang")
    scene.plan()
    with working(scene), working(scene):
        wait_for(scene, 10)
        until = time.monotonic() + PATIENCE
        while {state[2] for state in scene.states()} & {"waiting", "sending"} and time.monotonic() < until:
            time.sleep(0.05)
    assert len(scene.sink.took) == len(scene.sink.keys) == 10
    assert sorted({state[1:] for state in scene.states()}) == [("raised", "cancelled", "newer"), ("rang", "sent", None)]
