"""Message encryption for Web Push: only the browser that subscribed can read it, not the service that carries it.

RFC 8291 over the `aes128gcm` coding of RFC 8188, of one record. The libraries there are come as source only, or send by
themselves, which here only `alerts.outward` does.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD = 4096
"""Bytes that a push service must take (RFC 8030 section 7.2); the record is as long, so one is enough."""

LAST = b"\x02"
"""Ends the last record."""


def encrypted(
    text: bytes, browser: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body to post. `browser`: its public key, 65 bytes; `auth`: its secret, 16; `own`, `salt`: fresh unless told.

    Raises ValueError for a key that is no point of the curve.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    secret = _derived(shared, auth, b"WebPush: info\x00" + browser + public, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(public)]) + public
    return header + AESGCM(key).encrypt(nonce, text + LAST, None)


def public_key(private: str) -> str:
    """What browsers subscribe with, of a private key in base64url; raises ValueError."""
    own = ec.derive_private_key(int.from_bytes(unspelled(private), "big"), CURVE)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def unspelled(text: str) -> bytes:
    """The bytes of base64url with or without its padding; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
