"""The made-up export files of tests/captures/exports, and how each is read."""

from pathlib import Path
from zoneinfo import ZoneInfo

from device_adapters import mapped_export
from device_adapters.export import Contents, Reader, reader_for
from device_adapters.export_table import text_of
from hub.quantities import Unit

FOLDER = Path(__file__).parents[2] / "captures" / "exports"
PARIS = ZoneInfo("Europe/Paris")
MAPPED = "apple-health.csv"
STATED = {"xdrip-mg-dl.csv": Unit.MG_DL, "openscale-since-3.csv": Unit.KG}
NAMES = sorted(file.name for file in FOLDER.iterdir() if file.suffix in (".csv", ".json"))
RECOGNISED = [name for name in NAMES if name != MAPPED]


def text(name: str) -> str:
    """A capture as text."""
    return text_of((FOLDER / name).read_bytes())


def reader(name: str) -> Reader:
    """The reader of a capture."""
    if name == MAPPED:
        return mapped_export.reader((FOLDER / "apple-health.toml").read_text(encoding="utf-8"))
    return reader_for(text(name))


def read(name: str, changed: str | None = None) -> Contents:
    """A capture's contents, or what its reader finds in a changed text."""
    return reader(name).read(text(name) if changed is None else changed, STATED.get(name))


def libreview(*rows: str, french: bool = False, unit: str = "mg/dL", made: str = "", separator: str = ",") -> str:
    """A LibreView export of a few columns: device, serial, time, type, history, scan, strip."""
    english = ["Device", "Serial Number", "Device Timestamp", "Record Type"]
    columns = (
        ["Appareil", "Numéro de série", "Horodatage de l'appareil", "Type d'enregistrement"] if french else english
    )
    glucose = [f"{name} {unit}" for name in ("Historic Glucose", "Scan Glucose", "Strip Glucose")]
    return "\n".join([f"Glucose Data,Generated on,{made}", separator.join([*columns, *glucose]), *rows])


def history(stamp: str, value: str = "112", separator: str = ",") -> str:
    """One row of the history in such a file."""
    return separator.join(["Libre", "S1", stamp, "0", value, "", ""])
