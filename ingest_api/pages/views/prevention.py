"""Prevention in words: what is due and why, what may wait, and what somebody said of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from alerts.prevention import Item, State
from alerts.prevention.findrisc import in_words
from alerts.prevention.outlook import Outlook
from ingest_api.pages.views.names import called
from ingest_api.pages.visitor import Guest
from ingest_api.prevention import Said

_GROUPS = (
    ("due", (State.DUE,)), ("ask", (State.ASK,)), ("soon", (State.SOON,)),
    ("settled", (State.DONE, State.DECLINED)), ("later", (State.NOT_YET,)),
)  # fmt: skip
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
class Prevention:
    """The page. `risk` and `not_understood` are "" where there is nothing to say."""

    groups: tuple[Group, ...]
    signals: tuple[str, ...]
    risk: str
    not_understood: str


def prevention_of(outlook: Outlook, said: Mapping[str, Sequence[Said]], visitor: Guest) -> Prevention:
    """Everything, the pressing first."""
    words, language = visitor.words("prevention"), visitor.language
    unknown = ", ".join(outlook.not_understood)
    return Prevention(
        groups=tuple(_groups(outlook.items, said, visitor)),
        signals=tuple(signal.why.said(language) for signal in outlook.signals),
        risk="" if outlook.risk is None else in_words(outlook.risk).said(language),
        not_understood=words.say("not_understood", conditions=unknown) if unknown else "",
    )


def due_titles(outlook: Outlook, visitor: Guest, most: int) -> list[str]:
    """Titles of what is due, and what readings suggest, for a first page."""
    titles = [item.title.said(visitor.language) for item in outlook.items if item.state is State.DUE]
    return [*(signal.why.said(visitor.language) for signal in outlook.signals), *titles][:most]


def _groups(items: Iterable[Item], said: Mapping[str, Sequence[Said]], visitor: Guest) -> Iterable[Group]:
    words, every = visitor.words("prevention"), list(items)
    for name, states in _GROUPS:
        chosen = tuple(_told(item, said.get(item.entry, ()), visitor) for item in every if item.state in states)
        if chosen:
            yield Group(words.say(f"group.{name}"), name in _FOLDED, chosen)


def _told(item: Item, said: Sequence[Said], visitor: Guest) -> Told:
    words, language = visitor.words("prevention"), visitor.language
    return Told(
        item=item.entry,
        title=item.title.said(language),
        why=item.why.said(language),
        source=words.say("source", source=item.source, read=visitor.numbers.long_day(item.read)),
        check="" if item.recheck is None else item.recheck.said(language),
        said=tuple(Entry(each.id, _said(each, visitor)) for each in said),
    )


def _said(said: Said, visitor: Guest) -> str:
    day, who = visitor.numbers.long_day(said.day), called(said.by, visitor)
    return visitor.words("prevention").say(f"said.{said.act}", day=day, who=who)
