"""The words of charts; whoever draws passes those of one language in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from timeseries.weight.bmi import BmiClass


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One language, and there is one of each: marks of numbers, names of ranges and days, sentences to fill in."""

    decimal_mark: str
    percent_mark: str
    under: str
    over: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    zones: Mapping[str, str]
    bmi_classes: Mapping[BmiClass, str]
    nothing: str
    too_few_days: str
    unknown: str
    below_sensor: str
    above_sensor: str
    goal: str
    met: str
    missed: str
    together: str
    time: str
    day: str
    range_: str
    share: str
    goal_column: str
    readings: str
    lowest: str
    highest: str
    days: str
    weight: str
    trend: str
    remark: str
    set_aside: str
    line_title: str
    line_label: str
    profile_title: str
    profile_label: str
    ranges_title: str
    ranges_label: str
    days_title: str
    days_label: str
    spark_label: str
    fortnight_label: str
    weight_title: str
    weight_label: str
    losing: str
    gaining: str
    steady: str
    no_slope: str
    bmi_label: str
    percent_label: str

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with that many decimals; a true minus, and none before a zero."""
        told = f"{value:.{decimals}f}".replace(".", self.decimal_mark)
        return told.removeprefix("-") if not told.strip("-0.,") else told.replace("-", "−")

    def signed(self, value: float, decimals: int) -> str:
        """The same with its sign; of zero, none."""
        told = self.number(value, decimals)
        return f"+{told}" if value > 0 and told.strip("0.,") else told

    def percent(self, value: float, decimals: int = 0) -> str:
        """A percentage."""
        return f"{self.number(value, decimals)}{self.percent_mark}"

    def short_day(self, day: date) -> str:
        """Sat 7."""
        return f"{self.weekdays[day.weekday()]} {day.day}"

    def long_day(self, day: date) -> str:
        """Sat 7 Nov 2026."""
        return f"{self.short_day(day)} {self.months[day.month - 1]} {day.year}"

    def month_day(self, day: date) -> str:
        """7 Nov."""
        return f"{day.day} {self.months[day.month - 1]}"

    def moment(self, at: datetime) -> str:
        """Sat 7 Nov 2026 11:24, by the clock the time is given in."""
        return f"{self.long_day(at)} {at:%H:%M}"
