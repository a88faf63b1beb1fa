"""People who do not exist, to try forecasts on: a small glucose model with meals, insulin, exercise and a sensor.

Bergman's minimal model (plasma glucose and remote insulin; Bergman 1979, doi:10.1152/ajpendo.1979.236.6.E667), meals
through two compartments (Hovorka 2004, doi:10.1088/0967-3334/25/4/010), subcutaneous insulin through two, a sensor that
lags by some ten minutes and whose error drifts (first-order autoregressive, as Breton 2008 found). Numbers are
round and spread at random [own choice]: this tries robustness, it is no claim about anybody's physiology.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import Series

LOST = 0.02
"""Share of readings that never arrive, and now and then a gap of two hours."""


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """(people,) each: basal mg/dL, effectiveness 1/min, insulin's pull and delay, carbohydrate's rise, misjudgement."""

    basal: Floats
    effectiveness: Floats
    pull: Floats
    delay: Floats
    rise: Floats
    misjudged: Floats


def bodies(people: int, random: np.random.Generator) -> Bodies:
    """So many people, at random."""
    return Bodies(
        basal=random.uniform(110, 160, people),
        effectiveness=random.uniform(0.004, 0.010, people),
        pull=random.uniform(0.7, 1.3, people),
        delay=random.uniform(45, 70, people),
        rise=random.uniform(3.0, 5.5, people),
        misjudged=random.uniform(0.15, 0.45, people),
    )


def glucose(of: Bodies, days: int, random: np.random.Generator) -> Floats:
    """Plasma glucose each minute, (minutes, people), mg/dL."""
    people, minutes = len(of.basal), days * 1440
    carbs, bolus = _meals(of, days, random)
    effort = _efforts(people, days, random)
    level, told = of.basal.copy(), np.empty((minutes, people))
    gut, blood, depot, active = (np.zeros(people) for _ in range(4))
    for minute in range(minutes):
        gut, blood = gut + carbs[minute] - gut / 25, blood + gut / 25 - blood / 25
        depot, active = depot + bolus[minute] - depot / of.delay, active + (depot - active) / of.delay
        fall = of.pull * active / of.delay * np.sqrt(level / 120) * effort[minute]
        back = of.effectiveness * (of.basal - level) + 0.02 * np.maximum(0, 60 - level)
        level = np.clip(level + of.rise * blood / 25 - fall + back - 0.4 * (effort[minute] - 1), 25, 500)
        told[minute] = level
    return told


def sensed(plasma: Floats, step: int, random: np.random.Generator) -> list[Series]:
    """What a sensor of `step` minutes says of each person: late, drifting, rounded, with losses; 40 to 400 mg/dL."""
    seen, drift = np.empty_like(plasma), np.zeros(plasma.shape[1])
    tissue = plasma[0].copy()
    for minute, level in enumerate(plasma):
        tissue = tissue + (level - tissue) / 10
        drift = 0.985 * drift + random.normal(0, 0.8, len(drift))
        seen[minute] = tissue + drift + random.normal(0, 1, len(drift))
    return [_heard(column[::step], step, random) for column in seen.T]


def virtual_people(people: int, days: int, step: int, seed: int) -> list[Series]:
    """So many people's traces; always the same for a seed."""
    random = np.random.default_rng(seed)
    return sensed(glucose(bodies(people, random), days, random), step, random)


def _meals(of: Bodies, days: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Grams eaten and their insulin as mg/dL it will take down, (minutes, people); misjudged, and seldom forgotten."""
    people = len(of.basal)
    carbs, bolus = np.zeros((days * 1440, people)), np.zeros((days * 1440, people))
    for day in range(days):
        for hour, grams in ((7.5, 45), (12.5, 65), (16.5, 20), (19.5, 65)):
            eaten = np.maximum(5, random.normal(grams, grams / 4, people)) * (random.random(people) > 0.1)
            at = np.clip(day * 1440 + np.rint(random.normal(hour * 60, 35, people)), 0, days * 1440 - 1).astype(int)
            early = np.clip(at - np.rint(random.uniform(-15, 15, people)).astype(int), 0, days * 1440 - 1)
            dose = eaten * of.rise * random.lognormal(-0.12, of.misjudged) * (random.random(people) > 0.06)
            carbs[at, range(people)] += eaten
            bolus[early, range(people)] += dose
    return carbs, bolus


def _efforts(people: int, days: int, random: np.random.Generator) -> Floats:
    """How much more glucose is drawn, (minutes, people): 1 at rest, more for an hour every other day."""
    effort = np.ones((days * 1440, people))
    for person in range(people):
        for day in np.flatnonzero(random.random(days) < 0.5):
            at = int(day * 1440 + random.uniform(9, 20) * 60)
            effort[at : at + 50, person] = random.uniform(1.5, 3)
    return effort


def _heard(values: Floats, step: int, random: np.random.Generator) -> Series:
    said = np.clip(np.rint(values), 39, 401)
    kept = random.random(len(said)) > LOST
    for start in np.flatnonzero(random.random(len(said)) < step / (4 * 1440)):
        kept[start : start + 120 // step] = False
    at = np.datetime64("2026-01-05T00:00", "us") + np.arange(len(said)) * np.timedelta64(step, "m")
    return Series(at[kept], said[kept], np.zeros(int(kept.sum()), bool), ZoneInfo("UTC"))
