"""One browser and one hub for the folder; whoever signs in has a context of their own.

Whatever the browser complains of (a script's error, a policy violated) fails the test it happened in.

It needs Playwright's Python package and a Chromium of the machine's (Debian: `apt-get install chromium`, or name one in
VIGIE_CHROMIUM). Without it the folder is skipped, and the run says so at its end.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from hub.database import Database
from tests.access.world import World
from tests.browser.town import Browsers, Town, Visits, peopled
from tests.journeys.hub_process import HubProcess
from tests.support.services import TestDatabases

NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that no page was tried."""
    if chromium() is None and any(
        "tests/browser" in str(each.fspath) for each in terminalreporter.stats.get("skipped", [])
    ):
        terminalreporter.section("THE PAGES WERE TRIED IN NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line("Install Chromium (Debian: apt-get install chromium), or name one in VIGIE_CHROMIUM.")


def chromium() -> str | None:
    """Where the machine's is, None if it has none."""
    return os.environ.get("VIGIE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="package")
def town(service_endpoints: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """People with readings and those they let in, and a hub of a process of its own over them."""
    if chromium() is None:
        pytest.skip("no Chromium")
    with service_endpoints.migrated() as url:
        database = Database(url)
        hub = HubProcess(url, service_endpoints.mqtt_url, tmp_path_factory.mktemp("hub") / "hub.log")
        made = peopled(World(database), hub)  # before the browser: its event loop suffers no other in the thread
        hub.start()
        yield made
        hub.stop()
        database.close()


@pytest.fixture(scope="package")
def browser(town: Town) -> Iterator[Browser]:
    """The machine's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="package")
def browsers(browser: Browser, town: Town) -> Browsers:
    """Everybody's."""
    return Browsers(browser, town)


@pytest.fixture
def visits(browsers: Browsers) -> Iterator[Visits]:
    """Opens pages as somebody; at the end nothing was complained of."""
    visits = Visits(browsers)
    yield visits
    complaints = visits.complaints()
    visits.close()
    assert complaints == []


@pytest.fixture(scope="session")
def screenshots(pytestconfig: pytest.Config) -> Path:
    """Where pictures of the pages go."""
    folder = pytestconfig.rootpath / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
