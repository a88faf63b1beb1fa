"""The part of docs/prevention.md that is made from the data: `python -m alerts.prevention.page` writes it anew."""

from pathlib import Path

from alerts.prevention.conditions import Condition, spellings
from alerts.prevention.schedule import (
    Entry,
    Every,
    FixedAges,
    How,
    InWindow,
    Once,
    Schedule,
    Season,
    Weeks,
    Who,
    schedules,
)

BEGIN, END = "<!-- made from the data: begin -->", "<!-- made from the data: end -->"


def rewritten(page: str) -> str:
    """The page with its made part made anew; raises ValueError if its two marks are not there."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"keep the lines {BEGIN} and {END} in docs/prevention.md")
    return f"{before}{BEGIN}\n\n{_made()}\n{END}{after}"


def _made() -> str:
    return "\n".join([*map(_topic, schedules()), _vocabulary()])


def _topic(schedule: Schedule) -> str:
    head = (
        "| id | what | who | how often | source, read | to be checked before relying on it |\n|---|---|---|---|---|---|"
    )
    rows = "\n".join(map(_row, schedule.entry))
    return f"### {schedule.title.en}\n\n{head}\n{rows}\n"


def _row(entry: Entry) -> str:
    who = "; or ".join(map(_who, entry.who))
    recheck = entry.recheck.en if entry.recheck else ""
    cells = (f"`{entry.id}`", entry.title.en, who, _how(entry.how), f"{entry.source.en}, {entry.read}", recheck)
    return "| " + " | ".join(cells) + " |"


def _who(who: Who) -> str:
    parts = [
        _ages(who),
        "" if who.sex is None else str(who.sex),
        " or ".join(who.any_of),
        " and ".join(who.all_of),
        "" if who.bmi_from is None else f"BMI {who.bmi_from:g} kg/m² or more",
        "" if who.bmi_over is None else f"BMI over {who.bmi_over:g} kg/m²",
        "" if not who.none_of else "not: " + ", ".join(who.none_of),
    ]
    return ", ".join(part for part in parts if part) or "everybody"


def _ages(who: Who) -> str:
    if who.from_age is None:
        return "" if who.to_age is None else f"up to {who.to_age}"
    return f"from {who.from_age}" if who.to_age is None else f"{who.from_age} to {who.to_age}"


def _how(how: How) -> str:
    match how:
        case Once():
            return "once" if how.doses == 1 else f"{how.doses} doses, {how.months_apart} months apart"
        case InWindow():
            return "once between these ages"
        case FixedAges():
            further = f", then every {how.then_every_years} years" if how.then_every_years else ""
            return f"at {', '.join(map(str, how.ages))}{further}; stands if at most {how.early_months} months early"
        case Every():
            return f"every {', then '.join(map(str, how.months))} months{_after(how.after)}"
        case Season():
            begins, ends = (f"{day.day:02}/{day.month:02}" for day in (how.begins, how.ends))
            return f"each season, {begins} to {ends}{_after(how.after)}"
        case Weeks():
            return f"once a pregnancy, weeks {how.from_week} to {how.to_week}"


def _after(after: dict[str, int]) -> str:
    return "".join(f"; {months} months after `{other}`" for other, months in after.items())


def _vocabulary() -> str:
    head = "### Conditions, and how the record may spell them\n\n| condition | also read |\n|---|---|"
    rows = "\n".join(f"| `{name.value}` | {', '.join(spellings(name)[1:])} |" for name in Condition)
    return f"{head}\n{rows}\n"


if __name__ == "__main__":
    document = Path(__file__).parents[2] / "docs" / "prevention.md"
    document.write_text(rewritten(document.read_text(encoding="utf-8")), encoding="utf-8")
