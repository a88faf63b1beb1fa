"""docs/devices.md names every adapter and every profile, in its own words."""

from pathlib import Path

import pytest

from device_adapters.adapter import Adapter, adapters
from device_adapters.gatt import Profile, profiles

PAGE = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))
def test_every_adapter_is_in_the_documentation(adapter: Adapter) -> None:
    assert f"`{adapter.name}`" in PAGE
    assert adapter.about in PAGE


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))
def test_every_source_of_an_adapter_is_in_the_documentation(adapter: Adapter) -> None:
    assert all(f"`{source}`" in PAGE for source in adapter.sources)


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: str(profile.name))
def test_every_profile_is_in_the_documentation_with_its_service(profile: Profile) -> None:
    assert f"| `{profile.name}` | {profile.about} | `{profile.service}` |" in PAGE
