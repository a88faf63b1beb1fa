"""Percentages as they are printed: whole, adding up to 100, and never saying "none" of what there was some of."""

from collections.abc import Sequence

from ingest_api.pages.charts.words import Words

_NOISE = 9
"""Decimals beyond which a share is the noise of adding up: 99.99999999999999 is all of it."""


def whole_percents(shares: Sequence[float]) -> list[int]:
    """Shares that add up to 100, as whole numbers that do: each rounded down, the rest to the largest remainders.

    Of equal remainders the first comes first. Source: the method of Hamilton (Balinski and Young 1982).
    """
    told = [round(share, _NOISE) for share in shares]
    whole = [int(share) for share in told]
    by_remainder = sorted(range(len(told)), key=lambda n: round(whole[n] - told[n], _NOISE))
    for n in by_remainder[: 100 - sum(whole)]:
        whole[n] += 1
    return whole


def percent_texts(shares: Sequence[float], words: Words) -> list[str]:
    """The same as texts; some that rounds to none is "<1 %", and all but some ">99 %"."""
    return [
        _text(whole, round(share, _NOISE), words) for whole, share in zip(whole_percents(shares), shares, strict=True)
    ]


def _text(whole: int, share: float, words: Words) -> str:
    if whole == 0 and share > 0:
        return f"{words.under}{words.percent(1)}"
    if whole == 100 and share < 100:
        return f"{words.over}{words.percent(99)}"
    return words.percent(whole)


def percent_beside(share: float, limit: float, words: Words) -> str:
    """A percentage to be held against a limit, as exact as that asks."""
    return words.percent(share, decimals_beside(share, (limit,)))


def decimals_beside(value: float, limits: Sequence[float]) -> int:
    """One decimal, or more where rounding would put a number on a limit that it does not reach; three at most."""
    return next((n for n in (1, 2) if value in limits or round(value, n) not in limits), 3)
