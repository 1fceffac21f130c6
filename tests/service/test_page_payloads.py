"""Whatever is written in addresses, names, cells and forms: in a real browser none of it runs, on any page.

Needs Chromium. What would run opens a dialog, asks elsewhere, or is told on the console: then ``page`` complains.
"""

from __future__ import annotations

import csv
import io
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
import uvicorn

pytest.importorskip("playwright")
pytest.importorskip("pyarrow")

from playwright.sync_api import Page
from tests.service.conftest import LOAN, service
from tests.service.pages import PAGES
from tests.service.test_page_browser import PAYLOADS, browser, page

from averment_service.app import application

__all__ = ["browser", "page"]
pytestmark = pytest.mark.slow

ASKED = [route for route in PAGES if route.method == "GET"]
_NAMES = {"decide": ("case", "example", "pack", "skip"), "login": ("next", "token"), "tables": ("sort", "down", "page")}
_TOLD = "window.name + document.title.slice(0, 0)"  # nothing, unless something ran


class World(NamedTuple):
    address: str
    job: str
    draft: str
    decisions: list[str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service in which each payload is the name of a case and of an applicant, and stands in tables."""
    folder = tmp_path_factory.mktemp("served")
    state = service(folder, packs=(str(LOAN),), data=str(folder / "jobs"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(state), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://localhost:{listening.getsockname()[1]}"
        yield _filled(address)
        server.should_exit = True
        thread.join()


def _filled(address: str) -> World:
    def ask(path: str, body: bytes = b"", kind: str = "application/octet-stream", method: str = "POST") -> Any:
        asked = urllib.request.Request(address + path, body, {"content-type": kind}, method=method)
        for _ in range(200):
            try:
                with urllib.request.urlopen(asked) as found:
                    return json.load(found)
            except urllib.error.URLError as error:
                if isinstance(error, urllib.error.HTTPError):
                    raise AssertionError(error.read()) from None
                time.sleep(0.05)
        raise AssertionError("no answer")

    cases = [{"case": each, "facts": {"applicant": {"name": each, "income": 3000}}} for each in PAYLOADS]
    many = ask("/v1/packs/loan/decide", json.dumps({"cases": cases}).encode(), "application/json")["results"]
    named = f"?name={quote(PAYLOADS[0] + '.csv')}"
    rows = [["case", "income", "name"], *([each, "3000", each] for each in PAYLOADS), ["bad", PAYLOADS[14], "x"]]
    job = ask(f"/v1/packs/loan/jobs{named}", _csv(rows))["id"]
    mapping = b"names: [case]\ncolumns: {income: applicant.income, name: applicant.name}\n"
    ask(f"/v1/jobs/{job}/mapping", mapping, "application/yaml", "PUT")
    ask(f"/v1/jobs/{job}/start?format=csv")
    for _ in range(600):
        found = ask(f"/v1/jobs/{job}", method="GET")
        if found["state"] not in ("waiting", "running"):
            break
        time.sleep(0.05)
    assert found["state"] == "done", found
    draft = ask(f"/v1/packs/loan/jobs{named}", _csv([[f"{each} " for each in PAYLOADS], PAYLOADS]))["id"]
    return World(address, job, draft, [each["decision"] for each in many])


def _csv(rows: list[list[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


@pytest.fixture(scope="module")
def address(world: World) -> str:
    return world.address


@pytest.mark.parametrize("route", ASKED, ids=lambda route: route.path)
def test_nothing_of_an_address_runs(page: Page, world: World, route: Any) -> None:
    """Each payload as every part of the path and the query of each page."""
    names = (
        *route.query,
        *_NAMES.get(route.path.split("/")[1], ()),
        "applicant.name",
        "loan.1.id",
        "nobody knows this",
    )
    for payload in PAYLOADS:
        hostile = quote(payload, "")
        paths = {route.path.replace("{job}", world.job).replace("{id}", world.decisions[0]).replace("{row}", "1")}
        if "{" in route.path:
            paths.add("/".join(hostile if part.startswith("{") else part for part in route.path.split("/")))
        for path in paths:
            page.goto(f"{path}?{urlencode(dict.fromkeys(names, payload))}")
    assert page.evaluate(_TOLD) == ""


def test_nothing_that_is_on_record_runs(page: Page, world: World) -> None:
    shown = 0
    for one, payload, other in zip(world.decisions, PAYLOADS, reversed(world.decisions), strict=True):
        page.goto(f"/audit/{one}")
        shown += "".join(payload.split()) in "".join(page.locator("main").inner_text().split())
        page.goto(f"/audit/compare?id={one}&id={other}")
    assert page.evaluate(_TOLD) == "" and shown > 90, shown  # as text; of some a sign is not shown as it is


def test_nothing_that_is_listed_runs(page: Page, world: World) -> None:
    for path in (
        "/audit?limit=200",
        "/tables",
        f"/tables/{world.job}",
        f"/tables/{world.draft}",
        f"/tables/{world.draft}/text",
    ):
        page.goto(path)
        page.wait_for_timeout(300)
        for details in page.locator("details:not([open]) > summary").all()[:20]:
            if details.is_visible():
                details.click()
        page.wait_for_timeout(300)
    for number in range(1, len(PAYLOADS) + 1):
        page.goto(f"/tables/{world.job}/rows/{number}")
    page.goto(f"/tables/{world.job}?text={quote(PAYLOADS[0])}&page=2")
    assert page.evaluate(_TOLD) == ""


def test_nothing_that_is_sent_by_a_form_runs(page: Page, world: World) -> None:
    page.goto(f"/tables/{world.draft}/text")
    page.locator("textarea").fill("\n".join(PAYLOADS))
    page.locator("form:has(textarea) button").first.click()
    page.wait_for_timeout(500)
    assert "Not saved" in page.locator("main").inner_text()
    assert page.locator("textarea").input_value().split("\n")[:5] == PAYLOADS[:5]  # nothing of it is lost
    for payload in PAYLOADS:
        page.goto("/decide")
        page.locator("#case-name").fill(payload)
        page.locator("input[name='applicant.name']").first.evaluate("(e, v) => { e.value = v; }", payload)
        page.locator("#case-name").press("Enter")
    assert page.evaluate(_TOLD) == ""
