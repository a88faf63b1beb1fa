"""Prevention in words: what is due and why, what may wait, and what somebody said of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from alerts.prevention import Item, State
from alerts.prevention.findrisc import Answers, Family, in_words
from alerts.prevention.outlook import Outlook
from ingest_api.pages.forms import number_in
from ingest_api.pages.views.names import called
from ingest_api.pages.visitor import Guest
from ingest_api.prevention import Said

_GROUPS = (
    ("due", (State.DUE,)), ("ask", (State.ASK,)), ("soon", (State.SOON,)),
    ("settled", (State.DONE, State.DECLINED)), ("later", (State.NOT_YET,)),
)  # fmt: skip
YES_OR_NO = ("active", "greens", "pressure_drug", "high_glucose")
_BOOLEANS: Mapping[str, bool] = MappingProxyType({"yes": True, "no": False})

_FOLDED = frozenset({"settled", "later"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody said of an item."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One item. `check` is what a clinician is to check before relying on it, "" for nothing."""

    item: str
    title: str
    why: str
    source: str
    check: str
    said: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items that stand alike; those nobody need act on are folded."""

    title: str
    folded: bool
    items: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen; "" is none."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What only the person knows: chosen from options, or else entered, as `type` of field."""

    name: str
    label: str
    type: str
    value: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Prevention:
    """The page. `risk` and `not_understood` are "" where there is nothing to say."""

    groups: tuple[Group, ...]
    signals: tuple[str, ...]
    risk: str
    not_understood: str


def prevention_of(outlook: Outlook, said: Mapping[str, Sequence[Said]], visitor: Guest, record: UUID) -> Prevention:
    """Everything that the page of that record says, the pressing first."""
    words, language = visitor.words("prevention"), visitor.language
    unknown = ", ".join(outlook.not_understood)
    return Prevention(
        groups=tuple(_groups(outlook.items, said, visitor, record)),
        signals=tuple(signal.why.said(language) for signal in outlook.signals),
        risk="" if outlook.risk is None else in_words(outlook.risk).said(language),
        not_understood=words.say("not_understood", conditions=unknown) if unknown else "",
    )


def questions_of(answers: Answers, last_period: date | None, visitor: Guest) -> list[Question]:
    """The questions of FINDRISC and of pregnancy, with what was answered."""
    words = visitor.words("prevention")
    waist = "" if answers.waist_cm is None else f"{answers.waist_cm:g}"
    period = "" if last_period is None else last_period.isoformat()
    return [
        *(_yes_or_no(name, getattr(answers, name), visitor) for name in YES_OR_NO),
        _chosen("family", "" if answers.family is None else answers.family, ("", *Family), visitor),
        Question("waist_cm", words.say("ask.waist_cm"), "text", waist),
        Question("last_period", words.say("ask.last_period"), "date", period),
    ]


def answers_said(form: Mapping[str, str]) -> dict[str, object]:
    """A form's fields as the API's body has them; what was left open is not answered."""
    waist = form.get("waist_cm", "").strip().replace(",", ".")
    said: dict[str, object] = {name: _BOOLEANS.get(form.get(name, "")) for name in YES_OR_NO}
    return said | {
        "family": form.get("family") or None,
        "waist_cm": number_in(waist) if waist else None,
        "last_period": form.get("last_period") or None,
    }


def _yes_or_no(name: str, value: bool | None, visitor: Guest) -> Question:
    chosen = next((said for said, meant in _BOOLEANS.items() if meant is value), "")
    return _chosen(name, chosen, ("", *_BOOLEANS), visitor)


def _chosen(name: str, value: str, values: Iterable[str], visitor: Guest) -> Question:
    words = visitor.words("prevention")
    options = tuple(Option(each, words.say(f"answer.{each or 'open'}"), each == value) for each in values)
    return Question(name, words.say(f"ask.{name}"), "choice", options=options)


def due_titles(outlook: Outlook, visitor: Guest, most: int) -> list[str]:
    """Titles of what is due, and what readings suggest, for a first page; and how many more there are."""
    titles = [item.title.said(visitor.language) for item in outlook.items if item.state is State.DUE]
    told = [*(signal.why.said(visitor.language) for signal in outlook.signals), *titles]
    rest = len(told) - most
    return told if rest <= 0 else [*told[:most], visitor.words("prevention").count("more_due", rest)]


def _groups(items: Iterable[Item], said: Mapping[str, Sequence[Said]], visitor: Guest, record: UUID) -> Iterable[Group]:
    words, every = visitor.words("prevention"), list(items)
    for name, states in _GROUPS:
        chosen = tuple(_told(item, said.get(item.entry, ()), visitor, record) for item in every if item.state in states)
        if chosen:
            yield Group(words.say(f"group.{name}"), name in _FOLDED, chosen)


def _told(item: Item, said: Sequence[Said], visitor: Guest, record: UUID) -> Told:
    words, language = visitor.words("prevention"), visitor.language
    return Told(
        item=item.entry,
        title=item.title.said(language),
        why=item.why.said(language),
        source=words.say("source", source=item.source.said(visitor.language), read=visitor.numbers.long_day(item.read)),
        check="" if item.recheck is None else item.recheck.said(language),
        said=tuple(Entry(each.id, _said(each, visitor, record)) for each in said),
    )


def _said(said: Said, visitor: Guest, record: UUID) -> str:
    day, who = visitor.numbers.long_day(said.day), called(said.by, visitor, record)
    return visitor.words("prevention").say(f"said.{said.act}", day=day, who=who)
