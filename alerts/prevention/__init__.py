"""Prevention: what a person should have done, by schedules kept as data, and what readings suggest. Pure throughout."""

from alerts.prevention.conditions import Condition, Understood, understand
from alerts.prevention.due import Item, State, due
from alerts.prevention.facts import Act, Event, Facts
from alerts.prevention.words import Language, Words

__all__ = [
    "Act",
    "Condition",
    "Event",
    "Facts",
    "Item",
    "Language",
    "State",
    "Understood",
    "Words",
    "due",
    "understand",
]
