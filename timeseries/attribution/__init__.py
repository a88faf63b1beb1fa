"""Who stood on the shared scale: learnt from confirmed weighings only, given only when clear, asked otherwise."""

from timeseries.attribution.decision import Ask, Candidate, Decision, Given, Nobody, candidates, decide
from timeseries.attribution.model import Model, model_of
from timeseries.attribution.weighing import Member, Weighing

__all__ = [
    "Ask",
    "Candidate",
    "Decision",
    "Given",
    "Member",
    "Model",
    "Nobody",
    "Weighing",
    "candidates",
    "decide",
    "model_of",
]
