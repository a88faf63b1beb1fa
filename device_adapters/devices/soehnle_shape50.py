"""Soehnle Shape Sense Connect 50: the SIG's Body Composition Measurement with resolutions of its own.

Weights count 0.1 kg, body water is per mille. Seen in three captures whose true weight is inferred, not stated.
"""

from collections.abc import Iterator

from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, refusing, spoken
from device_adapters.sig_scale import CHARACTERISTICS, COMPOSITION, converse
from device_adapters.wire.scales import Composition, composition, tenths
from hub.errors import Malformed
from hub.measurements import Decoded
from hub.quantities import Kind, Quantity, Unit


class _ShapeSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic != COMPOSITION:
            return Decoded()
        said = composition(frame.payload)
        return spoken(self._identity, frame, list(_quantities(said)), stamp=said.stamp, hint=said.user)


def _quantities(said: Composition) -> Iterator[tuple[Kind, Quantity]]:
    if said.unit is not Unit.KG:
        raise Malformed("what this model counts in pounds is not known")
    if said.weight:
        yield Kind.WEIGHT, body_weight(Quantity(tenths(said.weight), Unit.KG))
    percentages = {Kind.BODY_FAT: said.fat, Kind.MUSCLE_PERCENT: said.muscle, Kind.BODY_WATER: said.water_mass}
    for kind, value in percentages.items():
        if value:
            yield kind, Quantity(tenths(value), Unit.PERCENT)


PROFILE = Profile(
    name="soehnle-shape50",
    about="Soehnle Shape Sense Connect 50: the SIG's layout with weights in 0.1 kg and body water per mille",
    service="181b",
    characteristics=CHARACTERISTICS,
    open=_ShapeSession,
    converse=converse,
    models=("Shape50", "Shape 50", "Shape Sense Connect 50"),
)
