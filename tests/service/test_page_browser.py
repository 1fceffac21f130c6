"""The page in headless Chromium: whole journeys by keyboard and mouse, nothing that axe finds, nothing that runs.

Needs Chromium; what axe looks at needs ``make axe``, too.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

pytest.importorskip("playwright")

from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from tests.service.conftest import LOAN, service

from averment_service.app import application
from averment_service.demonstration import record_examples

pytestmark = pytest.mark.slow

AXE = Path(os.environ.get("AXE_CORE", "") or f"{sys.prefix}/axe/node_modules/axe-core/axe.min.js")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PAYLOADS = [line for line in (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines() if line]
EXAMPLE = "/decide?example=warehouse-suite"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with decisions on record, at a port of its own."""
    folder = tmp_path_factory.mktemp("served")
    record_examples(("pm_tpm",), f"sqlite:{folder / 'decisions.db'}")
    state = service(folder, packs=("pm_tpm", str(LOAN)))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(state), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://localhost:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A tab that may not complain: of scripts, of what the page forbids itself, of what it asks elsewhere."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    found = context.new_page()
    complaints: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    found.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("dialog", dismiss)
    found.on(
        "request", lambda asked: None if asked.url.startswith((address, "data:")) else complaints.append(asked.url)
    )
    yield found
    expected = ("status of 4", "htmx:afterRequest", "htmx:sendAbort")  # a refusal is told on the page; what a later
    told = [each for each in complaints if not any(part in each for part in expected)]  # keystroke outdates is aborted
    context.close()
    assert told == []


def claim(page: Page) -> str:
    return page.locator("#claim .claim-title").inner_text()


def until(page: Page, told: str) -> None:
    """Wait until this is so; the page forbids itself what Playwright would wait by."""
    for _ in range(200):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never so: {told}")


# --- deciding --------------------------------------------------------------------------------------------------------


def test_a_first_case_is_decided_by_keyboard_alone(page: Page) -> None:
    page.goto("/decide")
    assert claim(page) == "Presumably product manager"
    page.locator(".next input").focus()
    page.keyboard.type("24")
    until(page, "document.querySelector('.claim-title').textContent.includes('technical')")
    assert "Presumably technical product manager" in page.locator("#told").inner_text()
    for _ in range(60):
        before = page.locator(".next").inner_text()
        if page.locator(".next [data-first]").count() == 0:
            break
        assert page.evaluate("document.activeElement.closest('.next') !== null"), "the focus stays where one answers"
        first = page.locator(".next [data-first]")
        kind = first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            page.keyboard.press("Tab") if not page.evaluate("document.activeElement.matches('[data-first]')") else None
            page.keyboard.press("Space")
        elif not first.input_value():
            page.keyboard.type("12")
        page.keyboard.press("Enter")
        until(page, f"document.querySelector('.next').innerText !== {json.dumps(before)}")
        page.wait_for_timeout(60)
    until(page, "document.querySelector('.claim-title.settled') !== null")
    assert "Nothing is left to ask" in page.locator(".next").inner_text()
    page.get_by_role("button", name="Record this decision").press("Enter")
    page.locator("#recorded a").wait_for()
    page.locator("#recorded a").press("Enter")
    page.wait_for_url("**/audit/*")
    assert "the same, byte for byte" in page.locator("main").inner_text()


def test_the_claim_moves_with_every_keystroke_and_the_field_keeps_the_focus(page: Page) -> None:
    page.goto("/decide")
    field = page.locator(".next input")
    field.press_sequentially("2400", delay=60)
    until(page, "document.querySelector('#claim').innerText.includes('2400 engineers')")
    assert field.input_value() == "2400" and page.evaluate("document.activeElement.name") == "engineering.team_size"
    field.fill("many")
    page.locator("#e-engineering-team_size", has_text="write a whole number").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") is not None
    field.fill("5")
    until(page, "!document.querySelector('#e-engineering-team_size').textContent.trim()")


def test_why_a_question_is_asked_and_the_warrant_open_in_place(page: Page) -> None:
    page.goto(EXAMPLE)
    page.locator("#y-engineering-team_size > summary").click()
    page.locator("#y-engineering-team_size li a").first.wait_for()
    page.locator("#whole > summary").click()
    page.locator("#warrant .tree details").first.wait_for()
    page.locator("#warrant .tree details details summary").first.click()
    assert page.locator("#warrant .tree details details[open]").count() >= 1


def test_a_slider_moves_the_answer_and_the_claim_with_it(page: Page) -> None:
    page.goto(EXAMPLE)
    slider = page.locator("input[type=range]").first
    slider.wait_for()
    before, name = claim(page), slider.get_attribute("data-moves")
    for _ in range(30):
        slider.press("ArrowRight")
        page.wait_for_timeout(120)
        if claim(page) != before:
            break
    else:
        for _ in range(60):
            slider.press("ArrowLeft")
            page.wait_for_timeout(120)
            if claim(page) != before:
                break
    assert claim(page) != before
    assert page.evaluate("document.activeElement.dataset.moves") == name, "the slider keeps the focus"
    field = page.locator(f'[name="{name}"]')
    held = field.input_value() if field.count() == 1 else page.locator(f'[name="{name}"]:checked').input_value()
    assert held


def test_records_are_added_and_removed(page: Page) -> None:
    page.goto("/decide")
    page.locator("#g-component > summary").click()
    page.get_by_role("button", name="Add a component").click()
    page.locator('[name="component.1.name"]').wait_for()
    until(page, "document.activeElement.name === 'component.1.name'")
    page.keyboard.type("scanner")
    page.get_by_role("button", name="Add a component").click()
    page.locator('[name="component.2.name"]').wait_for()
    assert page.locator('[name="component.1.name"]').input_value() == "scanner"
    page.get_by_role("button", name="Remove component 1").click()
    until(page, "!document.querySelector('[name=\"component.1.name\"]')")


def test_a_link_brings_the_case_back(page: Page) -> None:
    page.goto("/decide")
    page.locator("#case-name").fill("our app")
    page.locator(".next input").fill("24")
    page.wait_for_url("**/decide?*engineering.team_size=24*")
    page.wait_for_url("**case=our+app*")
    before = claim(page)
    page.reload()
    assert claim(page) == before and page.locator("#case-name").input_value() == "our app"


def test_without_script_one_decides_as_well(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/decide")
    page.locator(".next input").fill("24")
    page.get_by_role("button", name="Next question").click()
    assert claim(page) == "Presumably technical product manager"
    page.get_by_role("button", name="Record this decision").click()
    assert "On record" in page.locator("#recorded").inner_text()
    context.close()


# --- reading and auditing ---------------------------------------------------------------------------------------------


def test_an_example_of_the_book_is_opened_in_decide(page: Page) -> None:
    page.goto("/book")
    page.get_by_role("link", name="Warehouse suite").click()
    page.wait_for_url("**/decide?*")
    assert page.locator("#case-name").input_value() == "warehouse-suite"


def test_an_auditor_finds_opens_compares_and_verifies(page: Page) -> None:
    page.goto("/audit")
    page.get_by_label("Name of the case").fill("warehouse-suite")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="warehouse-suite").click()
    page.locator("text=the same, byte for byte").wait_for()
    page.goto("/audit")
    for number in (0, 1):
        page.locator("tbody input[type=checkbox]").nth(number).check()
    page.get_by_role("button", name="Compare two").click()
    page.wait_for_url("**/audit/compare*")
    page.goto("/audit")
    page.get_by_role("button", name="Verify the log").click()
    page.locator("text=The log is whole").wait_for()


# --- for everybody ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 390])
@pytest.mark.parametrize(
    "path", ["/decide", EXAMPLE, "/book", "/audit", "/audit/5", "/audit/turns", "/audit/compare?id=5&id=6", "/nothing"]
)
def test_everybody_can_use_it(browser: Browser, address: str, path: str, wide: int, scheme: Any) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make axe, or AXE_CORE=…/axe.min.js")
    context = browser.new_context(
        base_url=address, viewport={"width": wide, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(path)
    page.wait_for_timeout(600)
    for details in page.locator("details:not([open]) > summary").all()[:12]:
        if details.is_visible():
            details.click()
    page.wait_for_timeout(400)
    page.add_script_tag(content=AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found["violations"]]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth") == wide
    context.close()


def test_nothing_that_is_written_runs(page: Page) -> None:
    """Each payload in the address, as a name and as answers; what runs would open a dialog or ask elsewhere."""
    for start in range(0, len(PAYLOADS), 15):
        some = PAYLOADS[start : start + 15]
        said = {f"component.{number}.name": payload for number, payload in enumerate(some, 1)}
        page.goto("/decide?" + urlencode({"case": some[0], **said, "product.stage": some[-1]}))
        page.wait_for_timeout(350)
        page.get_by_role("button", name="Record this decision").click()
        page.wait_for_timeout(150)
    for payload in PAYLOADS:
        page.goto("/book?" + urlencode({"pack": payload}))
    page.goto("/audit")
    assert page.evaluate("window.name") == ""


def test_paper_holds_the_claim_and_what_was_answered(page: Page, tmp_path: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("there is no pdftotext on this machine")
    import subprocess

    page.goto(EXAMPLE)
    page.wait_for_timeout(800)
    page.pdf(path=str(tmp_path / "page.pdf"))
    told = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Product manager" in told and "Record this decision" not in told and "Why am I asked" not in told


def test_no_motion_where_none_is_wanted(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/decide")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    )
    assert (
        moving == 0
        and json.loads(page.evaluate("JSON.stringify(getComputedStyle(document.documentElement).scrollBehavior)"))
        == "auto"
    )
    context.close()
