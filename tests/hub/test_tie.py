"""From a measurement to somebody's reading: whose, when, and what is refused."""

# ruff: noqa: DTZ001 - what a device shows has no zone

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.errors import ForeignGateway, ImplausibleTime, NotANumber, NotPaired, Refusal, UnitMismatch, UnitSuspect
from hub.measurements import Condition, Measurement
from hub.quantities import Kind, Quantity, Unit
from hub.readings import AHEAD, BEHIND, TimeSource, reading_key, tie
from hub.records import Device, DeviceKind, HeldDevice, Holding
from tests.support.readings import NOON, PLAIN, mg_dl

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ADA, BOB, HOME = 11, 12, 7


def device(kind: DeviceKind = DeviceKind.CGM, gateway: str | None = None) -> Device:
    return Device("AA:BB:CC:00:00:01", kind, None, gateway, number=5, id=UUID(int=5))


def held(*holdings: Holding, by: Device | None = None) -> HeldDevice:
    return HeldDevice(by or device(), holdings)


def adas(since: datetime = LONG_AGO, until: datetime | None = None, zone: ZoneInfo = PARIS) -> Holding:
    return Holding(since, until, zone, person=ADA)


def at(moment: datetime) -> Measurement:
    """A measurement whose sender vouches for its time, received then."""
    return replace(PLAIN, taken_at=moment, received_at=max(moment, NOON))


def shown(stamp: datetime, received: datetime, *, stored: bool = False) -> Measurement:
    """A measurement dated by its device's own display."""
    return replace(PLAIN, device_time=stamp, received_at=received, stored=stored)


# ── Whose ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reading_goes_to_who_holds_the_device() -> None:
    reading = tie(at(NOON), held(adas()))
    assert (reading.person, reading.household, reading.value, reading.raw) == (ADA, None, 110.0, mg_dl(110.0))
    assert (reading.taken_at, reading.utc_offset, reading.time_source) == (NOON, 120, TimeSource.SENDER)


def test_a_device_nobody_holds_gives_no_reading() -> None:
    with pytest.raises(NotPaired):
        tie(at(NOON), held())


@pytest.mark.parametrize(
    ("moment", "holder"), [(NOON - SECOND, ADA), (NOON, BOB), (NOON + HOUR - SECOND, BOB), (NOON + HOUR, ADA)]
)
def test_a_pairing_holds_from_its_beginning_up_to_but_not_including_its_end(moment: datetime, holder: int) -> None:
    bobs = Holding(NOON, NOON + HOUR, PARIS, person=BOB)
    assert tie(at(moment), held(adas(NOON + HOUR), bobs, adas(until=NOON))).person == holder


@pytest.mark.parametrize("moment", [NOON - SECOND, NOON + HOUR, NOON + 2 * HOUR])
def test_nobody_has_the_device_outside_its_pairings(moment: datetime) -> None:
    with pytest.raises(NotPaired):
        tie(at(moment), held(adas(NOON, NOON + HOUR)))


def test_a_late_reading_goes_to_who_held_the_device_then() -> None:
    late = replace(at(NOON - HOUR), received_at=NOON + HOUR)
    assert tie(late, held(Holding(NOON, None, PARIS, person=BOB), adas(until=NOON))).person == ADA


def test_a_household_device_goes_to_the_household_and_to_no_person() -> None:
    reading = tie(at(NOON), held(Holding(LONG_AGO, None, PARIS, household=HOME)))
    assert (reading.person, reading.household) == (None, HOME)


def test_a_persons_pairing_comes_before_the_households() -> None:
    holdings = (adas(NOON, NOON + HOUR), Holding(LONG_AGO, None, PARIS, household=HOME))
    assert [(r.person, r.household) for r in (tie(at(NOON), held(*holdings)), tie(at(NOON + HOUR), held(*holdings)))] \
        == [(ADA, None), (None, HOME)]  # fmt: skip


@pytest.mark.parametrize("shared", [True, False])
def test_a_reading_says_whether_another_device_may_report_the_same(shared: bool) -> None:
    assert tie(at(NOON), held(replace(adas(), shared=shared))).shared is shared


# ── Who may speak for it ─────────────────────────────────────────────────────────────────────────────────────────────


def test_another_gateway_may_not_speak_for_the_device() -> None:
    with pytest.raises(ForeignGateway):
        tie(replace(at(NOON), gateway="cellar"), held(adas(), by=device(gateway="attic")))


@pytest.mark.parametrize("bound", [None, "attic"])
def test_its_own_gateway_may_and_any_may_when_none_is_named(bound: str | None) -> None:
    assert tie(replace(at(NOON), gateway="attic"), held(adas(), by=device(gateway=bound))).person == ADA


# ── What ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("registered", "kind"),
    [(DeviceKind.CGM, Kind.GLUCOSE_INTERSTITIAL), (DeviceKind.METER, Kind.GLUCOSE_CAPILLARY)],
)
def test_a_plain_glucose_is_what_the_registered_device_measures(registered: DeviceKind, kind: Kind) -> None:
    assert tie(replace(at(NOON), kind=None), held(adas(), by=device(registered))).kind is kind


def test_a_scale_that_says_glucose_is_refused() -> None:
    with pytest.raises(UnitMismatch):
        tie(replace(at(NOON), kind=None), held(adas(), by=device(DeviceKind.SCALE)))


def test_mmol_is_stored_as_mg_with_the_raw_value_beside_it() -> None:
    said = Quantity(5.5, Unit.MMOL_L)
    reading = tie(replace(at(NOON), quantity=said), held(adas()))
    assert reading.value == pytest.approx(99.0858)
    assert reading.raw == said


@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [
        (Quantity(5.5, Unit.MG_DL), UnitSuspect),
        (Quantity(70.0, Unit.KG), UnitMismatch),
        (Quantity(float("nan"), Unit.MG_DL), NotANumber),
    ],
)
def test_what_cannot_be_believed_is_refused(quantity: Quantity, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        tie(replace(at(NOON), quantity=quantity), held(adas()))


@pytest.mark.parametrize("condition", [Condition.BELOW_RANGE, Condition.ABOVE_RANGE])
def test_a_bound_of_the_range_is_no_value_and_stays_in_raw(condition: Condition) -> None:
    reading = tie(replace(at(NOON), condition=condition, quantity=mg_dl(400)), held(adas()))
    assert (reading.value, reading.condition, reading.raw) == (None, condition, mg_dl(400))


def test_any_other_condition_keeps_the_value() -> None:
    reading = tie(replace(at(NOON), condition=Condition.SENSOR_FAULT), held(adas()))
    assert (reading.value, reading.condition) == (110.0, Condition.SENSOR_FAULT)


# ── Its name ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_of_the_same_device_is_the_same_reading() -> None:
    one, again = tie(at(NOON), held(adas())), tie(at(NOON + HOUR), held(adas()))
    assert one.key == again.key == reading_key(5, "1")


def test_another_key_or_device_is_another_reading() -> None:
    assert len({reading_key(device, key) for device in (1, 2, 256) for key in ("1", "2", "")}) == 9


# ── When: times the sender vouches for ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(14 * HOUR)),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        NOON + AHEAD + SECOND,
        datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(-12 * HOUR)),
    ],
)
def test_a_time_that_cannot_be_is_refused(moment: datetime) -> None:
    with pytest.raises(ImplausibleTime):
        tie(replace(PLAIN, taken_at=moment), held(adas(datetime(1, 1, 2, tzinfo=UTC))))


@pytest.mark.parametrize("moment", [datetime(2000, 1, 1, tzinfo=UTC), NOON, NOON + AHEAD])
def test_the_bounds_of_time_are_believed(moment: datetime) -> None:
    assert tie(replace(PLAIN, taken_at=moment), held(adas(datetime(1970, 1, 1, tzinfo=UTC)))).taken_at == moment


def test_time_is_kept_in_utc_whatever_its_offset() -> None:
    reading = tie(replace(PLAIN, taken_at=NOON.astimezone(NEW_YORK)), held(adas()))
    assert (reading.taken_at, reading.taken_at.tzinfo, reading.utc_offset) == (NOON, UTC, 120)


# ── When: the device's own clock ─────────────────────────────────────────────────────────────────────────────────────


def test_a_display_time_is_in_the_holders_zone() -> None:
    reading = tie(shown(datetime(2026, 8, 1, 7, 59), NOON), held(adas(zone=NEW_YORK)))
    assert (reading.taken_at, reading.utc_offset) == (NOON - timedelta(minutes=1), -240)
    assert (reading.time_source, reading.device_time) == (TimeSource.DEVICE, datetime(2026, 8, 1, 7, 59))


@pytest.mark.parametrize(
    ("received", "taken_at", "offset"),
    [
        ("2026-10-25T00:30:20", "2026-10-25T00:30", 120),
        ("2026-10-25T01:29:30", "2026-10-25T01:30", 60),  # its clock is half a minute ahead of ours
        ("2026-10-25T01:30:20", "2026-10-25T01:30", 60),
        ("2026-10-25T09:00:00", "2026-10-25T01:30", 60),
    ],
)
def test_half_past_two_of_the_long_night_is_the_later_one_if_it_has_been(
    received: str, taken_at: str, offset: int
) -> None:
    stamp = datetime(2026, 10, 25, 2, 30)
    reading = tie(shown(stamp, datetime.fromisoformat(received).replace(tzinfo=UTC)), held(adas()))
    assert (reading.taken_at, reading.utc_offset) == (datetime.fromisoformat(taken_at).replace(tzinfo=UTC), offset)
    assert (reading.time_source, reading.device_time) == (TimeSource.DEVICE, stamp)


@pytest.mark.parametrize(
    ("received", "taken_at"),
    [
        ("2026-03-29T01:30:20", "2026-03-29T01:30"),  # a clock nobody has moved yet
        ("2026-03-29T00:30:20", "2026-03-29T00:30"),  # a clock moved before its time
    ],
)
def test_half_past_two_of_the_short_night_which_was_not_is_when_it_was_heard(received: str, taken_at: str) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=UTC)
    reading = tie(shown(datetime(2026, 3, 29, 2, 30), moment), held(adas()))
    assert reading.taken_at == datetime.fromisoformat(taken_at).replace(tzinfo=UTC)
    assert reading.time_source is TimeSource.DEVICE


@pytest.mark.parametrize("second", [0, 1])
def test_both_half_past_twos_are_kept_apart_when_the_sender_says_which(second: int) -> None:
    said = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=second)
    reading = tie(replace(PLAIN, taken_at=said, received_at=datetime(2026, 10, 26, tzinfo=UTC)), held(adas()))
    assert reading.taken_at == datetime(2026, 10, 25, second, 30, tzinfo=UTC)
    assert reading.utc_offset == 120 - 60 * second


NONSENSE = [datetime(1, 1, 1), datetime(1970, 1, 1), datetime(2106, 2, 7, 6, 28, 15), datetime(9999, 12, 31, 23, 59)]


@pytest.mark.parametrize(
    "stamp", [*NONSENSE, datetime(2000, 1, 1), datetime(2026, 7, 31, 1, 59), datetime(2026, 8, 1, 21, 11)]
)
@pytest.mark.parametrize("zone", [PARIS, ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")])
def test_a_live_measurement_with_a_nonsense_clock_is_dated_by_receipt(stamp: datetime, zone: ZoneInfo) -> None:
    reading = tie(shown(stamp, NOON), held(adas(zone=zone)))
    assert reading.time_source is TimeSource.RECEIPT
    assert (reading.taken_at, reading.device_time) == (NOON, stamp)


@pytest.mark.parametrize("stamp", NONSENSE)
@pytest.mark.parametrize("zone", [PARIS, NEW_YORK])
def test_a_stored_record_with_a_nonsense_clock_is_refused(stamp: datetime, zone: ZoneInfo) -> None:
    with pytest.raises(ImplausibleTime):
        tie(shown(stamp, NOON, stored=True), held(adas(datetime(1, 1, 2, tzinfo=UTC), zone=zone)))


def test_a_stored_record_may_be_old() -> None:
    reading = tie(shown(datetime(2024, 1, 1, 8, 0), NOON, stored=True), held(adas()))
    assert (reading.taken_at, reading.time_source) == (datetime(2024, 1, 1, 7, 0, tzinfo=UTC), TimeSource.DEVICE)


def test_a_measurement_without_any_time_is_dated_by_receipt() -> None:
    reading = tie(PLAIN, held(adas()))
    assert (reading.taken_at, reading.time_source, reading.device_time) == (NOON, TimeSource.RECEIPT, None)


@pytest.mark.parametrize(
    ("zone", "moment", "offset"),
    [
        ("Asia/Kathmandu", "2026-08-01T12:00", 345),
        ("America/St_Johns", "2026-01-01T12:00", -210),
        ("Australia/Lord_Howe", "2026-10-03T15:29", 630),
        ("Australia/Lord_Howe", "2026-10-03T15:30", 660),
        ("Europe/Paris", "2026-10-25T00:59", 120),
        ("Europe/Paris", "2026-10-25T01:00", 60),
    ],
)
def test_the_holders_offset_is_that_of_the_moment(zone: str, moment: str, offset: int) -> None:
    said = replace(PLAIN, taken_at=datetime.fromisoformat(f"{moment}Z"), received_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert tie(said, held(adas(zone=ZoneInfo(zone)))).utc_offset == offset


zones = st.sampled_from([PARIS, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])


@given(st.datetimes(), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), zones)
@example(datetime(1, 1, 1), datetime(2026, 8, 1), PARIS)
@example(datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(2026, 8, 1), NEW_YORK)
def test_a_live_measurement_is_never_dated_far_from_its_receipt(stamp: datetime, now: datetime, zone: ZoneInfo) -> None:
    received = now.replace(tzinfo=UTC)
    reading = tie(shown(stamp, received), held(adas(datetime(1970, 1, 1, tzinfo=UTC), zone=zone)))
    assert received - BEHIND <= reading.taken_at <= received + AHEAD
    assert reading.device_time == stamp


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 540), zones)
def test_a_right_clock_is_always_believed_to_the_second(now: datetime, late: int, zone: ZoneInfo) -> None:
    moment = now.replace(tzinfo=UTC, microsecond=0)
    stamp = moment.astimezone(zone).replace(tzinfo=None)
    live = shown(stamp, moment + timedelta(seconds=late))
    assert tie(live, held(adas(datetime(1970, 1, 1, tzinfo=UTC), zone=zone))).taken_at == moment
