"""Against the example of RFC 8291, section 5 and appendix A."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from alerts.push_encryption import CURVE, encrypted, unspelled

TEXT = b"When I grow up, I want to be a watermelon"
BROWSER = unspelled("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
AUTH = unspelled("BTBZMqHH6r4Tts7J_aSIgg")
OWN = ec.derive_private_key(
    int.from_bytes(unspelled("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), CURVE
)  # fmt: skip
SALT = unspelled("DGv6ra1nlYgDCS1FRnbzlw")
BODY = unspelled(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    assert encrypted(TEXT, BROWSER, AUTH, OWN, SALT) == BODY


def test_the_same_text_twice_is_not_the_same_body() -> None:
    assert encrypted(TEXT, BROWSER, AUTH) != encrypted(TEXT, BROWSER, AUTH)


def test_a_key_that_is_no_point_of_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        encrypted(TEXT, BROWSER[:-1] + bytes([BROWSER[-1] ^ 1]), AUTH)


@given(st.binary(max_size=100))
def test_base64url_is_read_with_and_without_padding(raw: bytes) -> None:
    spelled = urlsafe_b64encode(raw).decode()
    assert unspelled(spelled.rstrip("=")) == unspelled(spelled) == raw
