"""What scales that weigh into the air's manufacturer data share: how such data is named, and whose it is.

The company's number lies there in two bytes, the lower first, and many scales put there whatever they like. As a source
it is written as it lies: `manufacturer/ac/a0` is company 0xA0AC, `manufacturer/c0/+` whatever begins with that byte.
"""

from device_adapters.shapes import mac
from hub.measurements import RawPayload

ROOM = "manufacturer"
_ANY = "+"


def source(company: int) -> str:
    """The source of manufacturer data under that company's number."""
    return f"{ROOM}/{company & 0xFF:02x}/{company >> 8:02x}"


def beginning(claimed: str) -> bytes:
    """The bytes that all manufacturer data of a claimed source begins with."""
    return bytes.fromhex("".join(claimed.split("/")[1:]).replace(_ANY, ""))


def address_bytes(raw: RawPayload) -> bytes:
    """The six bytes of the sender's address, as it is written; raises Malformed without one."""
    return bytes.fromhex(mac(raw.address).replace(":", ""))
