"""What the weight rules share: weighings that are surely theirs, and local days between."""

from datetime import datetime

from alerts.rule import Evidence, Known, Weighed
from hub.readings import Attribution
from timeseries.weight import WeightSeries, weight_series


def confirmed(known: Known) -> list[Weighed]:
    """The weighings of their own scale, or confirmed by a person: what nobody confirmed may be somebody else's.

    It reaches no clinician: a wrong guess would be an alert about the wrong person.
    """
    return [w for w in known.weighings if w.attribution != Attribution.GIVEN and _counts(w)]


def unconfirmed(known: Known) -> list[Weighed]:
    """The weighings given to them that nobody confirmed yet."""
    return [w for w in known.weighings if w.attribution == Attribution.GIVEN and _counts(w)]


def series_of(known: Known) -> WeightSeries:
    """The confirmed weighings as a series, outliers among them."""
    return weight_series(confirmed(known), known.subject.zone)


def newest(weighings: list[Weighed]) -> Weighed | None:
    """The one taken last, of the confirmed or of the others."""
    return max(weighings, key=lambda w: (w.taken_at, w.key), default=None)


def evidence_of(weighed: Weighed) -> Evidence:
    """That weighing as evidence."""
    return Evidence(weighed.device, weighed.taken_at)


def local_days_since(known: Known, moment: datetime) -> int:
    """Midnights of the person's clock between that moment and now."""
    zone = known.subject.zone
    return (known.now.astimezone(zone).date() - moment.astimezone(zone).date()).days


def _counts(weighed: Weighed) -> bool:
    return weighed.value is not None and (weighed.condition is None or weighed.condition.of_a_person)
