"""Every chart together, of anything: well-formed, quiet under a strict policy, itself again the next time."""

import re
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from hub.quantities import Unit
from ingest_api.pages.charts.ambulatory import ambulatory, ambulatory_table
from ingest_api.pages.charts.daily import daily, daily_table, two_weeks
from ingest_api.pages.charts.glucose_line import glucose_line, glucose_line_table
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.mini import mini_bar, sparkline
from ingest_api.pages.charts.mini_figure import bmi_mini, percent_mini
from ingest_api.pages.charts.range_bar import range_bar, range_bar_table
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.svg import joined
from ingest_api.pages.charts.table import Table, details
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.charts.weighed import Weighed, weight_table
from ingest_api.pages.charts.weight import weight_chart
from tests.ingest_api.pages.charts import gallery
from tests.ingest_api.pages.charts.looking import TELLINGS, classes, ids, parsed, referred
from tests.support.examples import so_many
from tests.support.krone import series_of, weighed
from tests.timeseries.glucose.making import NOON, traces
from timeseries.glucose.grid import grid
from timeseries.glucose.profile import profile
from timeseries.glucose.ranges import ranges
from timeseries.glucose.series import Series, moment
from timeseries.glucose.tally import tally
from timeseries.weight.bmi import bmi_class
from timeseries.weight.summary import weight_trend

STATIC = Path(gallery.__file__).parents[4] / "ingest_api" / "pages" / "static"
CSS, BASE, DARK = ((STATIC / f"{name}.css").read_text() for name in ("charts", "base", "dark"))

tellings = st.sampled_from(TELLINGS)
anything = settings(max_examples=so_many(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def everything(of: Series, telling: Telling) -> tuple[list[Markup], list[Table]]:
    """Each chart and each table of a series; every seventh reading is said to be beyond the sensor."""
    beyond = [Beyond(moment(at), over) for over, at in zip([True, False] * len(of), of.at[::7], strict=False)]
    part = stretch(of, Span(NOON, NOON + timedelta(days=3)), beyond)
    weeks = two_weeks(of, date(2026, 5, 17), beyond)
    usual, share = grid(of), ranges(tally(of))
    slots = profile(usual) if usual else []
    drawn = [
        glucose_line("line", part, telling),
        ambulatory("usual", slots, telling),
        range_bar(share, telling),
        mini_bar(share, telling),
        sparkline(part, telling),
        daily("days", weeks, telling),
        percent_mini(share.tir if share else None, None, "<&\"'>", telling.words),
        bmi_mini(len(of) / 2, bmi_class(len(of) / 2, len(of)), telling.words),
    ]
    tables = [glucose_line_table(part, telling), ambulatory_table(slots, telling), daily_table(weeks, telling)]
    return drawn, [*tables, range_bar_table(share, telling)]


@anything
@given(traces, tellings)
def test_any_series_gives_well_formed_charts_with_numbers_only(of: Series, telling: Telling) -> None:
    drawn, tables = everything(of, telling)
    told = joined([*drawn, *map(details, tables)])
    parsed(f"<body>{told}</body>")
    assert re.findall(r"\b(nan|inf|None)\b", told) == []


@anything
@given(traces, tellings)
def test_a_chart_is_the_same_each_time(of: Series, telling: Telling) -> None:
    assert everything(of, telling) == everything(of, telling)


@anything
@given(traces, tellings)
def test_tables_have_as_many_cells_as_columns(of: Series, telling: Telling) -> None:
    assert all(len(row) == len(table.header) for table in everything(of, telling)[1] for row in table.rows)


@anything
@given(traces, tellings)
def test_a_strict_policy_finds_nothing_to_refuse(of: Series, telling: Telling) -> None:
    tree = parsed(f"<body>{joined(everything(of, telling)[0])}</body>")
    assert [each.tag for each in tree.iter() if each.tag in ("script", "style", "foreignObject", "image", "use")] == []
    assert [name for each in tree.iter() for name in each.attrib if name == "style" or name.startswith("on")] == []


@anything
@given(traces, tellings)
def test_every_chart_is_one_image_with_a_sentence(of: Series, telling: Telling) -> None:
    for chart in everything(of, telling)[0]:
        sentences = [each.get("aria-label") for each in parsed(chart).iter() if each.get("role") == "img"]
        assert len(sentences) == 1
        assert sentences[0]


def whole_pages() -> list[str]:
    return [gallery.page(words, unit) for words, unit in ((ENGLISH, Unit.MG_DL), (FRENCH, Unit.MMOL_L))]


def test_ids_are_unique_on_a_page_and_all_that_is_referred_to_is_there() -> None:
    for page in whole_pages():
        body = page[page.index("<body>") : page.index("</html>")]
        assert len(ids(body)) == len(set(ids(body)))
        assert referred(body) <= set(ids(body))


def test_every_class_has_its_style() -> None:
    bodies = [page[page.index("<main>") : page.index("</body>")] for page in whole_pages()]
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", CSS)) | {"half", "rows", "day", "chart-bmi"}
    assert classes(bodies) - known == set()


def test_every_colour_has_a_dark_twin() -> None:
    light, dark = (set(re.findall(r"(--[a-z-]+):", part)) for part in (CSS + BASE, DARK))
    assert light == dark


def test_a_year_of_weight_in_any_unit_is_well_formed() -> None:
    for unit in (Unit.KG, Unit.LB, Unit.ST):
        found = series_of(weighed()[7])
        told = Weighed(Span(moment(found.at[0]), moment(found.at[-1])), found.zone, unit, FRENCH)
        drawn = weight_chart(weight_trend(found, 172, 44), told)
        parsed(f"<body>{drawn}{details(weight_table(weight_trend(found), told))}</body>")
        assert str(unit) in drawn


def test_what_a_table_says_is_escaped() -> None:
    folded = details(Table("<caption>", ("<a>", "b"), (("<script>", "&"),)))
    assert [each.text for each in parsed(folded).iter() if each.tag in ("th", "td")] == ["<a>", "b", "<script>", "&"]
