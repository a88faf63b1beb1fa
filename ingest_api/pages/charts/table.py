"""What a chart shows, as a table for whoever cannot or would rather not see it."""

from dataclasses import dataclass

from markupsafe import Markup

from ingest_api.pages.charts.svg import each, el, joined


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows of as many texts; the first of a row names it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def details(table: Table) -> Markup:
    """The table, folded under its caption."""
    head = el("tr", *[el("th", name, scope="col") for name in table.header])
    body = [el("tr", el("th", row[0], scope="row"), each("td", row[1:])) for row in table.rows]
    whole = el("table", el("caption", table.caption), el("thead", head), el("tbody", joined(body)))
    return el("details", el("summary", table.caption), whole, class_="chart-data")
