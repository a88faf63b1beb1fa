"""Fast rise: glucose rises faster than 3 mg/dL per minute, the steepest arrow (Dexcom), where asked for."""

from alerts.fast import changes
from alerts.out_of_bounds import again
from alerts.rule import Finding, Known, Looks, Quiet, Rule


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell of rising faster than the person's bound."""
    fast = known.thresholds.fast_rise
    return changes(known, "fast_rise", 1, fast.mg_dl_per_min) if fast.on else ()


def quiet(known: Known) -> Quiet | None:
    """All readings where nobody asked for it; where somebody did, each is looked at."""
    return None if known.thresholds.fast_rise.on else Quiet()


RULE = Rule("fast_rise", "rising by more than 3 mg/dL per minute, where asked for", Looks.GLUCOSE, find, again, quiet)
