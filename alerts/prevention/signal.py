"""What readings suggest for prevention: said to a person or their clinician, never an alarm."""

from dataclasses import dataclass
from datetime import date

from alerts.prevention.words import Words


@dataclass(frozen=True, slots=True)
class Signal:
    """What was found, since which local day, why in words (figures with their unit), and whose definition it is."""

    name: str
    since: date
    why: Words
    source: str
