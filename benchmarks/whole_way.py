"""Ours against floor (b): the hub as `vigie serve --only intake` runs it, from the broker to the acknowledgement."""

from time import sleep

from benchmarks import measured
from ingest_api.metrics import MESSAGES
from vigie.serve import Part, hub

CLIENT_ID = "bench-hub"
LOOK_EVERY = 0.01


def committed() -> int:
    """Messages this process has committed."""
    return int(sum(sample.value for metric in MESSAGES.collect() for sample in metric.samples[:1]))


def main() -> None:
    """Take the task's messages from the broker, through the door, into the record."""
    task, database_url, mqtt_url = measured.task()
    meter = measured.Meter(task)
    with hub(database_url, mqtt_url, CLIENT_ID, (Part.INTAKE,)):
        while not meter.done(committed()):
            sleep(LOOK_EVERY)
    meter.report()


if __name__ == "__main__":
    main()
