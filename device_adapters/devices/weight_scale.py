"""Scales of the SIG's Weight Scale Service (1.0.1, 0x181D): Beurer BF105 to BF950, Sanitas SBF72 and others."""

from device_adapters.gatt import Profile
from device_adapters.sig_scale import CHARACTERISTICS, ScaleSession, converse

PROFILE = Profile(
    name="weight-scale",
    about="scales that keep to the SIG's Weight Scale Service (Beurer, Sanitas); their user number is kept as a hint",
    service="181d",
    characteristics=CHARACTERISTICS,
    open=ScaleSession,
    converse=converse,
)
