"""A worker as a process of its own, that can be killed: `python -m …worker_process DATABASE_URL`."""

import sys
import time

from alerts.channel import Means
from alerts.delivery.worker import Worker
from alerts.outward import Outward
from hub.database import Database
from tests.support.patience import PATIENCE


def run(database_url: str) -> None:
    """Send until killed; it waits long for an answer."""
    outward = Outward(may=lambda _: True, schemes=("http",), within=PATIENCE)
    worker = Worker(Database(database_url), Means(outward=outward))
    while True:
        if not worker.turn():
            time.sleep(0.05)


if __name__ == "__main__":
    run(sys.argv[1])
