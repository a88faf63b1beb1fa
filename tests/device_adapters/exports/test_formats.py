"""What is particular to each vendor, row by row."""

import re
from pathlib import Path

import pytest

from device_adapters.export import Contents, Row, reader_for
from device_adapters.mapped_export import reader as mapped
from hub.errors import Malformed
from hub.quantities import Unit
from tests.device_adapters.exports.files import history, libreview, text

XDRIP = "DAY;TIME;UDT_CGMS;BG_LEVEL;CH_GR;BOLUS;REMARK"
MAPPING = """
name = "log"
device = "meter"
time = ["day", "hour"]
dates = "dmy"
[[measure]]
column = "sugar"
kind = "glucose_capillary"
unit_column = "unit"
"""


def read(text: str, unit: Unit | None = None) -> Contents:
    """What the reader of the text finds."""
    return reader_for(text).read(text, unit)


def short(rows: list[Row]) -> list[tuple[str, float | None, str]]:
    """Kind, number and unit of each row."""
    return [(row.kind, row.number, row.unit) for row in rows]


def test_an_unknown_record_type_of_libreview_is_passed_on_to_be_refused() -> None:
    rows = read(libreview("Libre,S1,15-01-2024 08:00,9,,,112")).rows
    assert [(row.kind, row.number) for row in rows] == [("unknown record type", None)]


def test_a_value_in_another_record_types_column_is_not_taken_for_it() -> None:
    rows = read(libreview("Libre,S1,15-01-2024 08:00,0,,112,", "Libre,S1,15-01-2024 08:05,6,112,,")).rows
    assert [row.number for row in rows] == [None, None]


def test_libreview_without_units_in_its_columns_is_refused() -> None:
    with pytest.raises(Malformed, match="no glucose column with a unit"):
        read(libreview(history("15-01-2024 08:00"), unit=""))


def test_lo_and_hi_in_libreview_have_no_bound_and_are_not_guessed() -> None:
    rows = read(libreview(history("15-01-2024 08:00", "LO"))).rows
    assert [(row.number, row.condition) for row in rows] == [(None, None)]


def test_an_event_type_clarity_does_not_have_is_passed_on_to_be_refused() -> None:
    rows = read(
        text("clarity-en-mg-dl.csv").replace("\nEGV", "") + "99,2024-03-08T08:00:12,Surprise,,,,iPhone G6,142"
    ).rows
    assert rows[-1].kind == "unknown event type"


def test_low_as_a_calibration_is_no_bound() -> None:
    whole = text("clarity-en-mg-dl.csv").replace("Calibration,,,,iPhone G6,139", "Calibration,,,,iPhone G6,Low")
    [calibration] = [row for row in read(whole).rows if row.series == "calibration"]
    assert (calibration.number, calibration.condition) == (None, None)


def test_nightscouts_first_glucose_is_39() -> None:
    entries = ", ".join(f'{{"type": "sgv", "sgv": {sgv}, "date": 1714544400000}}' for sgv in (38, 39))
    assert [row.condition for row in read(f"[{entries}]").rows] == ["sensor_fault", None]


def test_a_number_in_quotation_marks_is_no_number_in_nightscout() -> None:
    rows = read('[{"type": "sgv", "sgv": "120", "date": 1714544400000}, {"type": "mbg", "mbg": true, "date": 1}]').rows
    assert [row.number for row in rows] == [None, None]


@pytest.mark.parametrize("number", ["1e400", "9" * 400, "-1e400"])
def test_a_number_no_float_can_hold_is_no_number_in_nightscout(number: str) -> None:
    [row] = read(f'[{{"type": "sgv", "sgv": {number}, "date": {number}}}]').rows
    assert (row.number, row.time) == (None, None)


def test_a_nightscout_time_without_offset_is_no_instant() -> None:
    rows = read('[{"type": "sgv", "sgv": 120, "dateString": "2024-05-01T08:00:00"}, "sgv", {"type": "odd"}]').rows
    assert [(row.time, row.kind) for row in rows] == [
        (None, "glucose_interstitial"),
        (None, "unknown entry type"),
        (None, "unknown entry type"),
    ]


def test_an_empty_xdrip_row_is_passed_on_to_be_refused() -> None:
    rows = read(f"{XDRIP}\n01.05.2024;08:00;;;;;", Unit.MG_DL).rows
    assert [(row.kind, row.number) for row in rows] == [("glucose_interstitial", None)]


def test_an_xdrip_row_with_both_values_is_two_measures() -> None:
    rows = read(f"{XDRIP}\n01.05.2024;08:00;6,2;6,0;;;", Unit.MMOL_L).rows
    assert short(rows) == [("glucose_interstitial", 6.2, "mmol/L"), ("glucose_capillary", 6.0, "mmol/L")]


def test_openscales_0_is_absent() -> None:
    rows = read("dateTime,weight,fat,water,muscle\n13.05.2024 07:29,70.9,0.0,0,").rows
    assert short(rows) == [("weight", 70.9, "kg")]


def test_openscale_since_3_keeps_no_share_whose_unit_is_not_said() -> None:
    rows = read("DATE,TIME,BODY_FAT,WEIGHT\n2024-05-01,07:31,16.1,157.4", Unit.LB).rows
    assert short(rows) == [("weight", 157.4, "lb")]


def test_withings_units_stand_in_its_columns() -> None:
    rows = read('Date,"Weight (lb)","Muscle mass (kg)"\n2024-05-01 07:31:00,157.4,52.1').rows
    assert short(rows) == [("weight", 157.4, "lb"), ("muscle_mass", 52.1, "kg")]


def test_a_mapping_reads_a_time_of_two_columns_and_a_unit_beside_the_value() -> None:
    [row] = mapped(MAPPING).read("day;hour;sugar;unit\n02.03.2024;08:00;1,12;g/L", None).rows
    assert short([row]) == [("glucose_capillary", 1.12, "g/L")]
    assert row.time is not None
    assert row.time.isoformat() == "2024-03-02T08:00:00"


def test_what_stands_in_a_unit_cell_and_is_none_is_never_repeated() -> None:
    [row] = mapped(MAPPING).read("day;hour;sugar;unit\n02.03.2024;08:00;1,12;118", None).rows
    assert "118" not in row.unit


def test_the_mapping_in_the_documentation_is_one() -> None:
    page = (Path(__file__).parents[3] / "docs" / "imports.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert short(mapped(example).read(text("apple-health.csv"), None).rows) == [
        ("weight", 71.4, "kg"),
        ("glucose_capillary", 5.8, "mmol/L"),
    ]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("name = ", "not TOML"),
        (MAPPING.replace("glucose_capillary", "sugar"), "measure.0.kind"),
        (MAPPING.replace("unit_column", "# unit_column"), "give unit or unit_column"),
        (MAPPING + 'unit = "mg/dL"', "give unit or unit_column"),
        (MAPPING.replace('"dmy"', '"day first"'), "dates"),
        (MAPPING.replace("time =", "when ="), "time"),
    ],
)
def test_a_wrong_mapping_says_where_it_is_wrong(toml: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        mapped(toml)


def test_a_mapping_names_the_columns_a_file_lacks() -> None:
    with pytest.raises(Malformed, match="day, hour, sugar, unit"):
        mapped(MAPPING).read("time;value\n", None)
