"""Ours against floor (b): the hub as `vigie serve --only intake` runs it, from the broker to the acknowledgement."""

from time import sleep

from benchmarks import measured
from ingest_api.metrics import totals
from vigie.serve import Part, hub

CLIENT_ID = "bench-hub"
LOOK_EVERY = 0.01


def main() -> None:
    """Take the task's messages from the broker, through the door, into the record."""
    task, database_url, mqtt_url = measured.task()
    meter = measured.Meter(task)
    with hub(database_url, mqtt_url, CLIENT_ID, (Part.INTAKE,)):
        while not meter.done(totals().messages):
            sleep(LOOK_EVERY)
    meter.report()


if __name__ == "__main__":
    main()
