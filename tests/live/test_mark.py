"""Where a stream stands, written and read back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.readings import EARLIEST
from ingest_api.live.mark import KEPT, Mark, read_mark
from timeseries.store import Place

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
numbers = st.integers(1, 10**17)


@st.composite
def snapshots(draw: st.DrawFn) -> str:
    low = draw(numbers)
    running = sorted(draw(st.sets(st.integers(low, low + 50), max_size=5)))
    return f"{low}:{low + 51}:{','.join(map(str, running))}"


places = st.builds(
    Place,
    st.integers(0, 10**10).map(lambda seconds: EARLIEST + timedelta(seconds=seconds, microseconds=seconds % 10**6)),
    st.binary(min_size=16, max_size=16),
)
instants = st.integers(0, 3599).map(lambda seconds: NOW - timedelta(seconds=seconds))
marks = st.builds(Mark, instants, snapshots()) | st.builds(
    Mark, instants, snapshots(), snapshots(), st.integers(0, 10**17), st.none() | places
)


@given(marks)
def test_a_mark_is_read_back_as_it_was_written(mark: Mark) -> None:
    assert read_mark(str(mark), NOW) == mark


@given(st.text() | st.from_regex(r"\d+~\d+:\d+:[\d,]*(~\d+:\d+:[\d,]*~\d+)?", fullmatch=True))
def test_anything_else_is_no_mark_or_a_mark_that_says_itself(said: str) -> None:
    mark = read_mark(said, NOW)
    assert mark is None or read_mark(str(mark), NOW) == mark


@pytest.mark.parametrize(
    "said",
    [
        "", "x", "5:5:", "{at}~5:4:", "{at}~0:4:", "{at}~5:9:4", "{at}~5:9:9", "{at}~5:9:7,6", "{at}~5:9:6,6",
        "{at}~5:9:6,", "{at}~5:9:~", "{at}~5:9:~5:4:~1", "{at}~5:9:~5:9:~1~2~zz", "{at}~5:9:\n", "{old}~5:9:",
        "{ahead}~5:9:", "-5~5:9:", "٥~5:9:",
    ],
)  # fmt: skip
def test_what_is_no_snapshot_or_too_old_is_refused(said: str) -> None:
    at, old, ahead = (int(when.timestamp()) for when in (NOW, NOW - KEPT, NOW + timedelta(minutes=1)))
    assert read_mark(said.format(at=at, old=old, ahead=ahead), NOW) is None
    assert read_mark(f"{at}~5:9:6,7", NOW) is not None
