"""The bytes of Bluetooth: numbers, dates, checksums, and the records the SIG defines. Pure, strict, little-endian."""
