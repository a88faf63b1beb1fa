"""User Control Point (0x2A9F), User Data Service 1.0 (0x181C): whose data a scale may tell.

Deleting a user's data exists in the specification and not here.
"""

from device_adapters.wire.reader import Reader
from hub.errors import Malformed

UUID = "2a9f"
MOST_USERS, MOST_CODE = 254, 9999
"""255 is nobody's number."""

_RESPONSE, _REGISTER, _CONSENT = 0x20, 1, 2
_OPERATIONS = {1: "register-new-user", 2: "consent", 3: "delete-user-data", 4: "list-all-users", 5: "delete-users"}
_CODES = {
    1: "success",
    2: "op-code-not-supported",
    3: "invalid-parameter",
    4: "operation-failed",
    5: "user-not-authorized",
}


def register(code: int) -> bytes:
    """Ask for a new user with that consent code (0 to 9999)."""
    return bytes((_REGISTER,)) + code.to_bytes(2, "little")


def consent(user: int, code: int) -> bytes:
    """Say that this user agreed, by the code only they and we know."""
    return bytes((_CONSENT, user)) + code.to_bytes(2, "little")


def is_response(payload: bytes) -> bool:
    """True for what ends a procedure."""
    return payload[:1] == bytes((_RESPONSE,))


def user_answer(payload: bytes) -> dict[str, object]:
    """Reads what the scale indicates; raises Malformed."""
    reader = Reader(payload)
    if reader.u8() != _RESPONSE:
        raise Malformed("an answer of the user control point begins with 20")
    asked, code = reader.u8(), reader.u8()
    said: dict[str, object] = {
        "request_op": _OPERATIONS.get(asked, asked),
        "response": _CODES.get(code, f"reserved-{code}"),
    }
    if asked == _REGISTER and code == 1:
        said["user_index"] = reader.u8()
    if asked == 4 and code == 1:
        said["users"] = reader.take(reader.left).hex()
    reader.end()
    return said
