"""A chart with the same as a folded table: no picture goes without."""

from dataclasses import dataclass

from markupsafe import Markup

from ingest_api.pages.charts.ambulatory import ambulatory, ambulatory_table
from ingest_api.pages.charts.daily import daily, daily_table
from ingest_api.pages.charts.glucose_line import glucose_line, glucose_line_table
from ingest_api.pages.charts.range_bar import range_bar, range_bar_table
from ingest_api.pages.charts.stretch import Stretch
from ingest_api.pages.charts.table import details
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.charts.weighed import Weighed, weight_table
from ingest_api.pages.charts.weight import weight_chart
from timeseries.glucose.grid import grid
from timeseries.glucose.profile import profile
from timeseries.glucose.ranges import ranges
from timeseries.glucose.tally import Tally
from timeseries.weight import WeightTrend


@dataclass(frozen=True, slots=True)
class Drawn:
    """The two, and a sentence to go with them, "" if there is nothing to add."""

    chart: Markup
    table: Markup
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to another number of days."""

    days: int
    label: str
    chosen: bool


def line_drawn(of: Stretch, telling: Telling) -> Drawn:
    """Glucose as it went."""
    return Drawn(glucose_line("line", of, telling), details(glucose_line_table(of, telling)))


def ranges_drawn(summed: Tally, telling: Telling, note: str = "") -> Drawn:
    """Time in ranges."""
    share = ranges(summed)
    return Drawn(range_bar(share, telling), details(range_bar_table(share, telling)), note)


def profile_drawn(of: Stretch, telling: Telling) -> Drawn:
    """A usual day."""
    slots = grid(of.series)
    usual = profile(slots) if slots else []
    return Drawn(ambulatory("usual", usual, telling), details(ambulatory_table(usual, telling)))


def daily_drawn(weeks: Stretch, telling: Telling) -> Drawn:
    """Each of fourteen days."""
    return Drawn(daily("days", weeks, telling), details(daily_table(weeks, telling)))


def weight_drawn(trend: WeightTrend, told: Weighed) -> Drawn:
    """Weighings and their trend."""
    return Drawn(weight_chart(trend, told), details(weight_table(trend, told)))
