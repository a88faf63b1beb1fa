"""Where an item stands, as a sentence."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from alerts.prevention.words import Words, day_in_words

_DATED: Mapping[str, Words] = MappingProxyType(
    {
        "due": Words("À faire depuis le {}.", "Due since {}."),
        "ask": Words("À voir ensemble : le dossier ne dit pas si cela concerne cette personne.",
                     "To be asked: the record does not say whether this concerns this person."),
        "soon": Words("À faire à partir du {}.", "Due from {}."),
        "declined": Words("Refusé ; la question sera reposée le {}.", "Declined; it will be asked again on {}."),
        "not_yet": Words("Pas encore : à partir du {}.", "Not yet: from {}."),
        "done": Words("Fait ; la prochaine fois le {}.", "Done; next on {}."),
    }
)  # fmt: skip
_UNDATED: Mapping[str, Words] = MappingProxyType(
    {
        **_DATED,
        "due": Words("À faire.", "Due."),
        "declined": Words("Refusé.", "Declined."),
        "done": Words("Fait ; rien de plus n’est prévu.", "Done; nothing more is planned."),
    }
)


def said(state: str, day: date | None, last: date | None) -> Words:
    """Where it stands, with the day it is or will be due, and when it was last done as far as Vigie knows."""
    if day is None or day == date.max:
        sentence = _UNDATED[state]
    else:
        when = day_in_words(day)
        sentence = Words(_DATED[state].fr.format(when.fr), _DATED[state].en.format(when.en))
    return sentence + _last(last)


def _last(last: date | None) -> Words:
    """ "Never known here" and not "never": what was done before or elsewhere may not be in the record."""
    if last is None:
        return Words("Vigie n’en connaît pas de date.", "Vigie knows no date of it.")
    when = day_in_words(last)
    return Words(f"Dernière fois connue : {when.fr}.", f"Last known: {when.en}.")
