"""The clinician's list in words: one row a person, one reason a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup

from ingest_api.pages.charts.fortnight import fortnight
from ingest_api.pages.charts.mini import mini_bar
from ingest_api.pages.charts.shares import percent_beside
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.views.ages import ago
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.visitor import Visitor
from ingest_api.population import Glance, Listed, Page
from timeseries.glucose.ranges import Ranges, ranges
from timeseries.glucose.tally import total
from timeseries.glucose.targets import TARGETS, Profile
from timeseries.standing import FALL, LEAST_ACTIVE, VERY_LOW_PERCENT, Need

MISSING = (Need.SILENT, Need.NO_SENSOR)
"""Those of whom there is nothing to judge: a list of their own, or they would hide among the others."""

TELLING = tuple(need for need in Need if need not in MISSING)

LISTS: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {"all": TELLING, **{need.name.lower(): (need,) for need in TELLING}, "missing": MISSING}
)
"""The lists there are, by what an address calls them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, part of a name, and page, as the address says."""

    of: str
    sought: str
    page: int

    def href(self, of: str | None = None, page: int = 1) -> str:
        """The address of another list or page, the same name sought."""
        said = {"list": of or self.of, "q": self.sought, "page": page if page > 1 else ""}
        told = urlencode({name: value for name, value in said.items() if value and (name, value) != ("list", "all")})
        return f"/clinic?{told}" if told else "/clinic"


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to a list, and how many are on it."""

    href: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One person. `level` is a class; what is unknown is a dash; alerts and marks are "" where there are none."""

    id: UUID
    name: str
    level: str
    flag: str
    why: str
    very_low: str
    low: str
    in_range: str
    bar: Markup
    days: Markup
    alerts: str
    urgent: bool
    last: str
    reviewed: str
    mark: UUID | None


@dataclass(frozen=True, slots=True)
class Clinic:
    """The page; `before` and `after` are addresses, None at either end; `followed`: anybody at all is on a list."""

    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    followed: bool
    here: str
    before: str | None
    after: str | None


def asked(of: str, sought: str, page: int) -> Asked:
    """What an address says; an unknown list is the whole one."""
    return Asked(of if of in LISTS else "all", sought.strip(), page)


def clinic_of(found: Page, glances: Mapping[int, Glance], of: Asked, visitor: Visitor, now: datetime) -> Clinic:
    """Those on the page, the most pressing first."""
    return Clinic(
        tabs=tuple(_tabs(found.counts, of, visitor)),
        rows=tuple(_row(each, glances[each.number], visitor, now) for each in found.people),
        followed=any(found.counts.values()),
        here=of.href(page=of.page),
        before=of.href(page=of.page - 1) if of.page > 1 else None,
        after=of.href(page=of.page + 1) if found.more else None,
    )


def _tabs(counts: Mapping[Need, int], of: Asked, visitor: Visitor) -> Iterator[Tab]:
    words = visitor.words("clinic")
    for name, needs in LISTS.items():
        count = sum(counts.get(need, 0) for need in needs)
        if count or name in ("all", "missing", of.of):
            yield Tab(of.href(name), words.say(f"list.{name}"), count, name == of.of)


def _row(of: Listed, glance: Glance, visitor: Visitor, now: datetime) -> Row:
    words, telling = visitor.words("clinic"), telling_of(visitor, glance.conditions)
    share = ranges(total(glance.days.values())) if of.glucose is not None and of.need not in MISSING else None
    low_goal, goal = _goals(telling.profile)
    last = max((at for at in (of.last_glucose, of.last_weight) if at is not None), default=None)
    return Row(
        id=of.id,
        name=f"{of.family} {of.given}",
        level=of.need.name.lower().replace("_", "-"),
        flag=words.say(f"flag.{of.need.name.lower()}"),
        why=_why(of, share, telling, visitor),
        very_low=_beside(None if share is None else share.tbr2, VERY_LOW_PERCENT, telling),
        low=_beside(None if share is None else low_share(share, telling), low_goal, telling),
        in_range=_beside(None if share is None else target_share(share, telling), goal, telling),
        bar=mini_bar(share, telling),
        days=fortnight(glance.days, glance.yesterday, telling),
        alerts=_alerts(glance, visitor),
        urgent=glance.urgent > 0,
        last=telling.words.unknown if last is None else ago(visitor, last, now),
        reviewed=_reviewed(glance, visitor, now),
        mark=glance.review,
    )


def low_share(of: Ranges, telling: Telling) -> float:
    """Percent of time under the target of whose it is."""
    return of.below_pregnancy if telling.profile is Profile.PREGNANCY else of.tbr


def target_share(of: Ranges, telling: Telling) -> float:
    """Percent of time in it."""
    return of.pregnancy if telling.profile is Profile.PREGNANCY else of.tir


def _beside(share: float | None, limit: float, telling: Telling) -> str:
    return telling.words.unknown if share is None else percent_beside(share, limit, telling.words)


def _why(of: Listed, share: Ranges | None, telling: Telling, visitor: Visitor) -> str:
    """The one reason, in words, with its figure and the limit that it passes."""
    words, numbers = visitor.words("clinic"), telling.words
    if share is None or of.glucose is None:
        return words.say(f"why.{of.need.name.lower()}")
    target, low = target_share(share, telling), low_share(share, telling)
    low_goal, goal = _goals(telling.profile)
    before, active = of.glucose["tir_before"], of.glucose["active"]
    told = {
        "very_low": percent_beside(share.tbr2, VERY_LOW_PERCENT, numbers),
        "very_low_goal": f"{numbers.under}{numbers.percent(VERY_LOW_PERCENT)}",
        "under": telling.extent(telling.zones[0]),
        "low": percent_beside(low, low_goal, numbers),
        "low_goal": f"{numbers.under}{numbers.percent(low_goal)}",
        "low_under": telling.bound_text(telling.zones[1]),
        "target": percent_beside(target, goal, numbers),
        "goal": f"{numbers.over}{numbers.percent(goal)}",
        "fall": "" if before is None else numbers.number(before - share.tir, 1 if before - share.tir < FALL + 1 else 0),
        "active": "" if active is None else percent_beside(active, LEAST_ACTIVE, numbers),
    }
    return words.say(f"why.{of.need.name.lower()}", **told)


def _goals(profile: Profile) -> tuple[float, float]:
    """Percent of time at most below the target, and at least in it."""
    of = {target.figure: target.percent for target in TARGETS[profile]}
    return (of["below_pregnancy"], of["pregnancy"]) if profile is Profile.PREGNANCY else (of["tbr"], of["tir"])


def _alerts(of: Glance, visitor: Visitor) -> str:
    words = visitor.words("clinic")
    counts: Sequence[tuple[str, int]] = (("urgent", of.urgent), ("warning", of.warning), ("notice", of.notice))
    return ", ".join(words.count(f"alerts.{level}", n) for level, n in counts if n)


def _reviewed(of: Glance, visitor: Visitor, now: datetime) -> str:
    if of.reviewed_at is None or of.reviewed_by is None:
        return ""
    at = ago(visitor, of.reviewed_at, now)
    return at if of.review else visitor.words("clinic").say("reviewed_by", ago=at, who=of.reviewed_by)
