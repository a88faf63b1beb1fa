"""A gateway process whose home is a script: sensors that measured every minute for two days, read as fast as can be.

It says each measurement's name once the queue says that it is kept. Started again after a kill, each sensor goes on
from what the queue remembers, and says its last five measurements once more, as devices with a memory do.
"""

import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path

from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.seam import Radio
from hub.measurements import Channel, Measurement
from hub.quantities import Kind, Quantity, Unit
from tests.gateway.home import PARIS
from vigie.gateway import Place, run

AGAIN = 5


class ScriptedRoom:
    """Sensors that measured every minute since `began`."""

    def __init__(self, keeper: QueueKeeper, sensors: list[str], began: datetime, minutes: int) -> None:
        self._keeper = keeper
        self._sensors = sensors
        self._began = began
        self._minutes = minutes

    async def run(self) -> None:
        """Hear all of them, minute by minute."""
        last = [(await self._keeper.memory(sensor)).get("minute", 0) for sensor in self._sensors]
        for minute in range(max(1, min(last) - AGAIN), self._minutes + 1):
            for sensor in self._sensors:
                await self._keeper.deliver(sensor, [self._measured(sensor, minute)], [], {"minute": minute})
                sys.stdout.write(f"{sensor} {minute}\n")
                sys.stdout.flush()

    def radio(self) -> Radio:
        """It always hears."""
        return Radio(True, "a script")

    def _measured(self, sensor: str, minute: int) -> Measurement:
        at = self._began + timedelta(minutes=minute)
        glucose = Quantity(80.0 + minute % 97, Unit.MG_DL)
        return Measurement(
            sensor, Kind.GLUCOSE_INTERSTITIAL, glucose, at, f"{minute}", Channel.GATT, taken_at=at, sequence=minute
        )


def main(home: str, name: str, mqtt_url: str, began: str, minutes: str, *sensors: str) -> None:
    """Run the gateway in that folder until killed."""
    logging.basicConfig(level=logging.WARNING)
    place = Place(Path(home), name, mqtt_url, PARIS)
    run(place, lambda keeper: ScriptedRoom(keeper, list(sensors), datetime.fromisoformat(began), int(minutes)))


if __name__ == "__main__":
    main(*sys.argv[1:])
