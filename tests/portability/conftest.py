"""The API over a database of the file's own, as the API's tests have it."""

from tests.ingest_api.conftest import api, app, desk, hub, intake

__all__ = ["api", "app", "desk", "hub", "intake"]
