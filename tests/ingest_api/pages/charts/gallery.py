"""Every chart on one page, of real traces, to be looked at.

python -m tests.ingest_api.pages.charts.gallery FOLDER
"""

import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
from markupsafe import Markup

from hub.quantities import Unit
from ingest_api.pages.charts.ambulatory import ambulatory, ambulatory_table
from ingest_api.pages.charts.daily import daily, daily_table, two_weeks
from ingest_api.pages.charts.glucose_line import glucose_line, glucose_line_table
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.mini import mini_bar, sparkline
from ingest_api.pages.charts.mini_figure import bmi_label, bmi_mini, percent_mini
from ingest_api.pages.charts.range_bar import range_bar, range_bar_table
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.svg import el, joined
from ingest_api.pages.charts.table import Table, details
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.charts.weighed import Weighed, slope_sentence, weight_table
from ingest_api.pages.charts.weight import weight_chart
from ingest_api.pages.charts.words import Words
from tests.support.krone import series_of, weighed
from tests.timeseries.glucose.making import trace
from timeseries.glucose.grid import grid
from timeseries.glucose.profile import profile
from timeseries.glucose.ranges import ranges
from timeseries.glucose.series import Series, moment
from timeseries.glucose.tally import tally
from timeseries.glucose.targets import TARGETS, Profile
from timeseries.weight.bmi import bmi_class
from timeseries.weight.series import WeightSeries
from timeseries.weight.summary import weight_trend

STATIC = Path(__file__).parents[4] / "ingest_api" / "pages" / "static"

POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-gallery'; \
require-trusted-types-for 'script'">"""
"""As strict as the pages': attributes and scripts are refused, the one style sheet let through by its nonce."""

PAGE = """
body { margin: 0; padding: 20px 16px; background: #f4f6f8; color: #1b2330; font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1000px; margin: auto; display: grid; gap: 16px; grid-template-columns: 1fr 1fr; }
section { background: #fff; border: 1px solid #dde2e8; border-radius: 12px; padding: 14px 16px; min-width: 0; }
section { grid-column: 1 / -1; }
section.half { grid-column: auto; }
h2 { font-size: 16px; margin: 0 0 2px; } p { margin: 0 0 8px; color: #566172; }
.rows { width: 100%; border-collapse: collapse; table-layout: fixed; }
.rows td { padding: 6px 10px 6px 0; border-top: 1px solid #dde2e8; }
@media (max-width: 40rem) {
  main { grid-template-columns: minmax(0, 1fr); } body { padding: 12px 8px; } section { padding: 12px; }
  section.half { grid-column: 1 / -1; }
}
@media (prefers-color-scheme: dark) {
  body { background: #0d1218; color: #e9edf2; } section { background: #161c24; border-color: #2a323d; }
  p { color: #a3adba; } .rows td { border-color: #2a323d; }
}
"""


def _colours() -> str:
    """The charts' style, dark where the device is."""
    dark = (STATIC / "dark.css").read_text()
    return f"{(STATIC / 'charts.css').read_text()}@media screen and (prefers-color-scheme: dark) {{{dark}}}"


def section(title: str, drawn: Markup, table: Table | None = None, under: str = "", class_: str = "") -> Markup:
    """A card."""
    note = el("p", under) if under else Markup()
    return el("section", el("h2", title), note, drawn, details(table) if table else Markup(), class_=class_)


def tiny(of: Series, days: int, words: Words, telling: Telling) -> Markup:
    """A list's rows."""
    end = moment(of.at[-1]) + timedelta(minutes=1)
    rows = []
    for n in range(days):
        span = Span(end - timedelta(days=n + 1), end - timedelta(days=n))
        part = stretch(of, span, ())
        share = ranges(tally(part.series))
        bmi = 17.2 + 5.3 * n
        figure = percent_mini(share.tir if share else None, TARGETS[telling.profile][0], "TIR", words)
        said = bmi_mini(bmi, bmi_class(bmi, 40), words) + el("small", bmi_label(bmi, bmi_class(bmi, 40), words))
        cells = [mini_bar(share, telling), sparkline(part, telling), figure, said]
        rows.append(el("tr", *[el("td", cell) for cell in cells]))
    return el("table", *rows, class_="rows")


def with_extremes(of: Series) -> tuple[Series, list[Beyond]]:
    """The last day with an hour beyond the sensor at either end, and two hours lost."""
    values, at = of.values.copy(), of.at
    last = len(of) - 1
    values[last - 100 : last - 92], values[last - 60 : last - 54] = 39.0, 401.0
    kept = np.ones(len(of), bool)
    kept[last - 180 : last - 150] = False
    beyond = [Beyond(moment(each), False) for each in at[last - 100 : last - 92]]
    beyond += [Beyond(moment(each), True) for each in at[last - 60 : last - 54]]
    return Series(at, values, of.in_mmol, of.zone).where(kept), beyond


def odd_weights() -> WeightSeries:
    """A person's weights with a suitcase and two months away."""
    found = series_of(weighed()[3])
    kg, at = found.kg.copy(), found.at.copy()
    kg[12] += 12
    at[len(at) // 2 :] += np.timedelta64(45, "D")
    return WeightSeries(at, kg, found.zone)


def page(words: Words, unit: Unit) -> str:
    """Everything, in one language and unit."""
    telling = Telling(unit, Profile.ADULT, words)
    dexcom, libre = trace("cgmq_dexcom"), trace("cgmq_libre")
    end = moment(dexcom.at[-1]) + timedelta(minutes=10)
    odd, beyond = with_extremes(dexcom)
    day = stretch(odd, Span(end - timedelta(hours=24), end), beyond)
    three = stretch(dexcom, Span(end - timedelta(days=3), end), ())
    usual = grid(libre)
    slots = profile(usual) if usual else []
    own = grid(dexcom)
    few = profile(own) if own else []
    share, other = ranges(tally(libre)), ranges(tally(dexcom))
    weeks = two_weeks(libre, moment(libre.at[-40]).date(), ())
    plain = weight_trend(series_of(weighed()[7]), 172, 44)
    odd_trend = weight_trend(odd_weights(), 172, 44)
    first, last = plain.points[0].taken_at, plain.points[-1].taken_at
    after, zone = odd_trend.points[-1].taken_at, dexcom.zone
    shown = Weighed(Span(first - timedelta(days=1), last + timedelta(days=1)), zone, Unit.KG, words)
    later = Weighed(Span(first - timedelta(days=1), after + timedelta(days=2)), zone, Unit.KG, words)
    later = Weighed(
        Span(first - timedelta(days=1), odd_trend.points[-1].taken_at + timedelta(days=2)), shown.zone, Unit.KG, words
    )
    pregnant = Telling(unit, Profile.PREGNANCY, words)
    parts = [
        section("24 h", glucose_line("day", day, telling), glucose_line_table(day, telling)),
        section("3 d", glucose_line("three", three, telling), glucose_line_table(three, telling)),
        section("TIR, Libre", range_bar(share, telling), range_bar_table(share, telling), class_="half"),
        section("TIR, Dexcom, older", range_bar(other, Telling(unit, Profile.OLDER, words)), class_="half"),
        section("AGP, Libre", ambulatory("usual", slots, telling), ambulatory_table(slots, telling)),
        section("AGP, Dexcom", ambulatory("few", few, telling), ambulatory_table(few, telling)),
        section("14 d", daily("days", weeks, telling), daily_table(weeks, telling)),
        section("Weight", weight_chart(plain, shown), weight_table(plain, shown), slope_sentence(plain.slope, shown)),
        section("Weight, odd", weight_chart(odd_trend, later), None, slope_sentence(odd_trend.slope, later)),
        section("List", tiny(dexcom, 6, words, telling)),
        section("Pregnancy", ambulatory("child", few, pregnant), class_="half"),
        section("Pregnancy TIR", range_bar(other, pregnant), class_="half"),
        section("Nothing", ambulatory("none", [], telling), class_="half"),
        section("No ranges", range_bar(None, telling), class_="half"),
    ]
    style = f'<style nonce="gallery">{PAGE}{_colours()}</style>'
    head = (
        f'<meta charset="utf-8">{POLICY}<meta name="viewport" content="width=device-width"><title>Charts</title>{style}'
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{joined(parts)}</main></body></html>'


def main() -> None:
    """Write both pages."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gallery-en.html").write_text(page(ENGLISH, Unit.MG_DL))
    (folder / "gallery-fr.html").write_text(page(FRENCH, Unit.MMOL_L))


if __name__ == "__main__":
    main()
