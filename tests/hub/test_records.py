"""Addresses, holdings, and the names errors go by."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import errors
from hub.errors import RecordError, VigieError
from hub.records import Holding, normal_address

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("aa:bb:cc:00:11:22", "AA:BB:CC:00:11:22"),
        ("AA-BB-CC-00-11-22", "AA:BB:CC:00:11:22"),
        ("aabbcc001122", "AA:BB:CC:00:11:22"),
        ("  aabbcc001122\t", "AA:BB:CC:00:11:22"),
        ("SN-2231-a", "SN-2231-a"),
        (" 1234567890123 ", "1234567890123"),
        ("zabbcc001122", "zabbcc001122"),
        ("Balance été", "Balance été"),
        ("x" * 120, "x" * 120),
    ],
)
def test_an_address_has_one_spelling(written: str, spelled: str) -> None:
    assert normal_address(written) == spelled


@pytest.mark.parametrize("text", ["", "   ", "x" * 121, "a\0b", "a\nb", "a\u202eb", "\ud800"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        normal_address(text)


@given(st.text("aF0:-é ", min_size=1, max_size=20).filter(str.strip))
def test_a_spelling_spelled_again_is_itself(text: str) -> None:
    assert normal_address(normal_address(text)) == normal_address(text)


@pytest.mark.parametrize(
    ("moment", "covered"),
    [(NOON - timedelta(microseconds=1), False), (NOON, True), (NOON + timedelta(hours=1), False)],
)
def test_a_holding_covers_its_beginning_and_not_its_end(moment: datetime, covered: bool) -> None:
    assert Holding(NOON, NOON + timedelta(hours=1), ZoneInfo("UTC"), person=1).covers(moment) is covered


def test_a_holding_without_an_end_goes_on() -> None:
    assert Holding(NOON, None, ZoneInfo("UTC"), person=1).covers(datetime.max.replace(tzinfo=UTC))


ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VigieError)]


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.UnitSuspect(), "unit_suspect"), (errors.NotANumber(), "not_a_number"), (errors.Conflict(), "conflict")],
)
def test_an_error_goes_by_its_name_in_snake_case(error: VigieError, code: str) -> None:
    assert error.code == code


@pytest.mark.parametrize("kind", ALL)
def test_every_error_stands_in_the_tree_of_the_docstring(kind: type[VigieError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
