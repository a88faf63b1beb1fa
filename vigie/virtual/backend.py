"""A bleak backend over the virtual radio: bleak's own calls, carried over real L2CAP, ATT, GATT and SMP."""

from typing import TYPE_CHECKING

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from vigie.virtual.client import VirtualClient
from vigie.virtual.scanner import VirtualScanner

if TYPE_CHECKING:
    from vigie.virtual.radio import Radio


def backends_of(radio: "Radio") -> tuple[type[BaseBleakClient], type[BaseBleakScanner]]:
    """The two classes to give to bleak as `backend=`; bleak makes their instances itself."""
    client = type("VirtualClientOfThisRadio", (VirtualClient,), {"radio": radio})
    scanner = type("VirtualScannerOfThisRadio", (VirtualScanner,), {"radio": radio})
    return client, scanner
