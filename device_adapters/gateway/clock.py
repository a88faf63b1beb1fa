"""When a measurement was taken, once and for all, from the device's clock and ours. Pure.

A device that shows the right local time, give or take its drift, is followed through summer and winter time: somebody
or something sets it. One that shows another time was set once and left alone, so it is read as a stopwatch: a record is
as old as the device's own clock says.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.errors import ImplausibleTime
from hub.measurements import Measurement
from hub.readings import AHEAD, BEHIND, EARLIEST

DRIFT = timedelta(minutes=15)
"""Up to here a clock merely drifts; further off, it shows another zone, last season's time or nonsense."""


def ahead(device_time: datetime, at: datetime) -> int:
    """How many seconds a device's display, read as UTC, is ahead of our clock at the moment it was read."""
    return round((device_time.replace(tzinfo=UTC) - at).total_seconds())


def taken_at(measurement: Measurement, zone: ZoneInfo, clock_ahead: int | None = None) -> datetime:
    """The instant it was taken, in UTC; `clock_ahead` is what `ahead` gave at this connection, `zone` the gateway's.

    What the decoder vouches for stands. A live measurement whose clock cannot be believed is dated by its receipt. A
    stored record never is: with a clock beyond help it keeps the time it says, which the hub quarantines.
    Raises ImplausibleTime for a stored record without any time.
    """
    if measurement.taken_at is not None:
        return measurement.taken_at
    if measurement.device_time is None:
        if measurement.stored:
            raise ImplausibleTime("a record from the device's memory must name its time")
        return measurement.received_at
    instant = _instant(measurement.device_time, zone, clock_ahead, measurement.received_at)
    return instant if measurement.stored or _believed(instant, measurement.received_at) else measurement.received_at


def _believed(instant: datetime, received: datetime) -> bool:
    return instant >= EARLIEST and received - BEHIND <= instant <= received + AHEAD


def _instant(stamp: datetime, zone: ZoneInfo, clock_ahead: int | None, received: datetime) -> datetime:
    try:
        if stamp.tzinfo is not None:
            return stamp.astimezone(UTC)
        if clock_ahead is None:
            return _localise(stamp, zone, received)
        drift = timedelta(seconds=clock_ahead) - (received.astimezone(zone).utcoffset() or timedelta())
        if abs(drift) <= DRIFT:
            return _localise(stamp - drift, zone, received)
        return stamp.replace(tzinfo=UTC) - timedelta(seconds=clock_ahead)
    except OverflowError:  # the year 1 or 9999, moved beyond the calendar
        return stamp.replace(tzinfo=UTC)


def _localise(stamp: datetime, zone: ZoneInfo, received: datetime) -> datetime:
    """A wall-clock time in its zone; of the two instants an autumn night has, the later one already past at receipt."""
    later = stamp.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return later if later <= received else stamp.replace(tzinfo=zone, fold=0).astimezone(UTC)
