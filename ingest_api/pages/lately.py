"""What a person's pages draw of late: two weeks of the sensor, the weighings of some months."""

from datetime import datetime

from hub.database import Connection
from ingest_api.pages.views.person import PERIOD
from ingest_api.whose import Whose
from timeseries import trends
from timeseries.weight import WeightTrend, weight_series, weight_trend


def glucose_lately(connection: Connection, whose: Whose, now: datetime) -> trends.Told:
    """The sensor's last two weeks."""
    return trends.glucose_told(connection, whose.number, whose.zone, now - PERIOD, now)


def weight_lately(connection: Connection, whose: Whose, now: datetime) -> WeightTrend:
    """The trend through the weighings, as far back as the longest change that is told of it."""
    found = trends.weighings(connection, whose.number, now - trends.BEFORE, now)
    return weight_trend(weight_series(found, whose.zone), whose.height_cm, whose.age(now))
