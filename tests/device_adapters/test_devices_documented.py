"""docs/devices.md names every adapter, in its own words."""

from pathlib import Path

import pytest

from device_adapters.adapter import Adapter, adapters

PAGE = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))
def test_every_adapter_is_in_the_documentation(adapter: Adapter) -> None:
    assert f"`{adapter.name}`" in PAGE
    assert adapter.about in PAGE


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))
def test_every_source_of_an_adapter_is_in_the_documentation(adapter: Adapter) -> None:
    assert all(f"`{source}`" in PAGE for source in adapter.sources)
