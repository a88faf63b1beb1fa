"""Scales of the SIG's Body Composition Service (1.0, 0x181B), with or without the Weight Scale Service beside it."""

from device_adapters.gatt import Profile
from device_adapters.sig_scale import CHARACTERISTICS, ScaleSession, converse

PROFILE = Profile(
    name="body-composition-scale",
    about="scales that keep to the SIG's Body Composition Service; a measurement of zeros only is none",
    service="181b",
    characteristics=CHARACTERISTICS,
    open=ScaleSession,
    converse=converse,
)
