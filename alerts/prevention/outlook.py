"""What prevention says of a person today: what is due, what their readings suggest, what they risk. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from alerts.prevention.bmi_crossing import bmi_crossing
from alerts.prevention.due import Item, State, due
from alerts.prevention.findrisc import Score, findrisc
from alerts.prevention.gmi_over_target import gmi_over_target, hba1c_target
from alerts.prevention.record import Known
from alerts.prevention.signal import Signal
from alerts.prevention.words import Words


@dataclass(frozen=True, slots=True)
class Outlook:
    """Items, the pressing ones first; signals of the readings; FINDRISC, None for whom it is not meant."""

    today: date
    items: tuple[Item, ...]
    signals: tuple[Signal, ...]
    risk: Score | None
    not_understood: tuple[str, ...]

    @property
    def pressing(self) -> dict[str, date | None]:
        """What asks for something today, by name, and since when; None where nothing says."""
        items = {item.entry: item.since for item in self.items if item.state in (State.DUE, State.ASK)}
        return items | {signal.name: signal.since for signal in self.signals}

    def reminder(self, names: Iterable[str]) -> Words:
        """A line that names those of what presses."""
        said = {item.entry: item.title for item in self.items} | {signal.name: signal.why for signal in self.signals}
        chosen = [said[name] for name in names]
        return Words(
            f"Prévention : {' ; '.join(words.fr for words in chosen)}",
            f"Prevention: {'; '.join(words.en for words in chosen)}",
        )


def outlook(known: Known) -> Outlook:
    """All that prevention says, from what is known."""
    facts = known.facts
    signals = (
        gmi_over_target(known.days, known.today, hba1c_target(facts.conditions)),
        bmi_crossing(known.weights, known.height_cm, facts.birth_date),
    )
    return Outlook(
        today=known.today,
        items=due(facts, known.events, known.today),
        signals=tuple(signal for signal in signals if signal is not None),
        risk=findrisc(facts, known.answers, known.today),
        not_understood=known.not_understood,
    )
