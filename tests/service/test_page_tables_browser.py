"""The journey of a table in headless Chromium: sent, corrected, decided, looked through; and nothing that axe finds."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

pytest.importorskip("playwright")
pytest.importorskip("pyarrow")

from playwright.sync_api import Browser, Page
from tests.service.conftest import service
from tests.service.test_page_browser import AXE, browser, page

from averment_service.app import application

__all__ = ["browser", "page"]
pytestmark = pytest.mark.slow

SHOTS = os.environ.get("SCREENSHOTS", "")
SIZES: list[tuple[int, Any]] = [(1280, "light"), (390, "dark")]
LEVELS = ["low", "medium", "high"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    state = service(folder, data=str(folder / "jobs"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(state), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://localhost:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def _table(folder: Path) -> Path:
    file = folder / "products of spring.csv"
    rows: list[str] = []
    for number in range(400):
        size, level, filled = number % 40 if number % 50 else "many", LEVELS[number % 3], ("7", "8")[number % 2]
        rows.append(f"product {number};{size};{level.upper()};{filled};x{number}")
    file.write_text("\n".join(["name;Team size;Technical complexity;Has a PM;Reference", *rows]), "utf-8")
    return file


def _tell(folder: Path, path: str, sign: signal.Signals) -> None:
    os.killpg(int((folder / "jobs" / path.rpartition("/")[2] / "work.lock").read_text()), sign)


def test_a_table_is_sent_corrected_decided_and_opened(browser: Browser, page: Page, address: str, folder: Path) -> None:
    looks: list[str] = []

    def look(name: str) -> None:
        """The page as it is now, wide and narrow, light and dark: axe finds nothing, and nothing is wider than it."""
        page.wait_for_timeout(150)
        for wide, scheme in SIZES:
            context = browser.new_context(
                base_url=address, viewport={"width": wide, "height": 900}, color_scheme=scheme, bypass_csp=True
            )
            tab = context.new_page()
            tab.goto(page.url)
            tab.wait_for_timeout(200)
            if SHOTS:
                tab.screenshot(path=f"{SHOTS}/{name}-{wide}-{scheme}.png", full_page=True)
            if AXE.is_file():
                tab.add_script_tag(content=AXE.read_text("utf-8"))
                found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
                looks.extend(
                    f"{name} {wide}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in found["violations"]
                )
            if tab.evaluate("document.documentElement.scrollWidth") != wide:
                looks.append(f"{name}: wider than {wide}")
            context.close()

    page.goto("/decide")
    page.get_by_role("link", name="Tables").click()
    look("list-empty")
    page.get_by_label("Table", exact=True).set_input_files(_table(folder))
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/tables/*")
    path = page.evaluate("location.pathname")
    assert page.get_by_label("Technical complexity").input_value() == "product.technical_complexity"
    look("mapping")

    # what words mean that nothing tells is said by hand, and only that
    column = page.get_by_label("Has a PM")
    way = column.locator("option", has_text="product manager").filter(has_text="yes: 8").first
    column.select_option(way.get_attribute("value") or "")
    page.get_by_role("button", name="Save corrections").click()
    page.wait_for_load_state()
    assert "yes: 8; no: 7" in page.locator("li.column", has_text="Has a PM").locator(".note").inner_text()
    look("mapping-corrected")

    page.get_by_role("link", name="Edit as text").click()
    page.wait_for_load_state()
    look("text")
    page.get_by_label("The mapping file").fill("delimiter: ';'\ncolums: {}\n")
    page.get_by_role("button", name="Save").click()
    assert "Line 2:" in page.locator("#wrong").inner_text()
    page.get_by_role("link", name="Back").click()
    page.goto(path)

    page.get_by_role("button", name="Decide the table").click()
    page.wait_for_load_state()
    _tell(folder, path, signal.SIGSTOP)
    look("progress")
    _tell(folder, path, signal.SIGCONT)
    page.get_by_role("heading", name="The rows").wait_for(timeout=60_000)  # without a click: the page is told
    look("results")

    page.get_by_role("link", name="Case").click()
    page.wait_for_load_state()
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_label("Search").fill("product 39")
    page.get_by_label("Search").press("Enter")
    page.wait_for_load_state()
    names = page.locator("tbody th a").all_inner_texts()
    assert names and all("product 39" in name for name in names)
    page.locator("tbody th a").first.click()
    page.wait_for_load_state()
    assert "Facts given" in page.locator("main").inner_text()
    look("row")

    page.goto(path)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the decisions").click()
    assert download.value.suggested_filename == "products of spring-decisions.csv"
    page.get_by_role("button", name="Change the mapping").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Delete this table").click()
    page.wait_for_url("**/tables")
    assert "None yet." in page.locator("main").inner_text()
    assert looks == []
