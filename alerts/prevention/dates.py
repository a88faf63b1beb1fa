"""Ages and months on the calendar."""

from calendar import monthrange
from datetime import date


def birthday(birth: date, age: int) -> date:
    """The day somebody becomes that many years old; born on 29 February: 1 March of common years.

    So no one is said to be an age before they surely are; the same rule as the record's age in years.
    """
    year = birth.year + age
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(birth: date, day: date) -> int:
    """Whole years of age on a day; below 0 before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or earlier); the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest(*days: date | None) -> date | None:
    """The latest of those known; None if none is."""
    return max((day for day in days if day is not None), default=None)
