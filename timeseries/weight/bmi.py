"""Body mass index and its class."""

from enum import StrEnum

ADULT_AGE = 18
"""The classes are for adults; a child's index means nothing without age and sex percentiles (WHO)."""


class BmiClass(StrEnum):
    """WHO classes of adults (Technical Report Series 894, 2000)."""

    UNDERWEIGHT = "underweight"
    NORMAL = "normal"
    OVERWEIGHT = "overweight"
    OBESITY_1 = "obesity_1"
    OBESITY_2 = "obesity_2"
    OBESITY_3 = "obesity_3"


CLASS_FROM = (
    (40.0, BmiClass.OBESITY_3),
    (35.0, BmiClass.OBESITY_2),
    (30.0, BmiClass.OBESITY_1),
    (25.0, BmiClass.OVERWEIGHT),
    (18.5, BmiClass.NORMAL),
)


def bmi(kg: float, height_cm: float) -> float:
    """kg / m² (Quetelet); raises ValueError for a height that is none."""
    if height_cm <= 0:
        raise ValueError("give the height in centimetres, or None where the record has none")
    return kg / (height_cm / 100) ** 2


def bmi_class(index: float, age: int | None) -> BmiClass | None:
    """The WHO class of an adult's index; None for a child, and while the age is not known."""
    if age is None or age < ADULT_AGE:
        return None
    return next((name for bound, name in CLASS_FROM if index >= bound), BmiClass.UNDERWEIGHT)
