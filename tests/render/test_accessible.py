"""The page in headless Chromium, light and dark, wide and narrow: axe finds nothing, all that opens or scrolls can be
reached with the keyboard, it asks for no other resource, nothing is wider than the page, and paper shows even what is
closed.

Needs Chromium, and axe-core from npm: its ``axe.min.js`` in ``AXE_CORE``, installed by ``make axe``, or globally.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.diagnostics.diagnostic import Report
from averment.model.case import read_case
from averment.outcome.explained import explain
from averment.render.html import page
from averment.surface.pack_files import read_case_file

_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=60000",
]  # fmt: skip
_RUN = """
<script>
axe.run(document, {resultTypes: ["violations"]}).then(function (found) {
  var reached = Array.from(document.querySelectorAll("summary, a[href], .table"), function (each) {
    each.focus();
    return document.activeElement === each || each.outerHTML.slice(0, 200);
  });
  var told = parent.document.createElement("pre");
  told.id = "told";
  told.textContent = JSON.stringify({
    violations: found.violations.map(function (each) {
      return {id: each.id, nodes: each.nodes.map(function (node) { return node.html.slice(0, 200); })};
    }),
    passes: found.passes.length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    wide: [innerWidth, document.documentElement.scrollWidth],
    unreachable: reached.filter(function (each) { return each !== true; }),
    reachable: reached.length,
    resources: performance.getEntriesByType("resource").map(function (each) { return each.name; }),
  });
  parent.document.body.appendChild(told);
});
</script>"""
_FRAME = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<body><iframe srcdoc="{page}" style="width: {wide}px; height: 1600px; border: 0"></iframe></body>"""


@pytest.fixture(scope="module")
def browser() -> str:
    """The browser's command."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("there is no Chromium on this machine")
    return found


@pytest.fixture(scope="module")
def axe() -> str:
    """The script that finds what is not accessible."""
    places = [os.environ.get("AXE_CORE", ""), f"{sys.prefix}/axe/node_modules/axe-core/axe.min.js"]
    npm = shutil.which("npm")
    if npm and not any(map(os.path.isfile, places)):
        root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
        places.append(f"{root}/axe-core/axe.min.js")
    for place in places:
        if place and Path(place).is_file():
            return Path(place).read_text("utf-8")
    pytest.skip("axe-core is not installed: make axe, or AXE_CORE=…/axe.min.js")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 390])
@pytest.mark.parametrize("case", ["chip-design-tools", "museum-audio-tours"])
def test_everybody_can_read_it(case: str, wide: int, scheme: str, browser: str, axe: str, tmp_path: Path) -> None:
    text = _page(case)
    opened = (
        re.sub(r"<meta http-equiv[^>]*>", "", text).replace("<details", "<details open").replace(" open open", " open")
    )
    checked = opened.replace("</body>", f"<script>{axe}</script>{_RUN}</body>")
    # A window is 500 columns wide at least, a frame in it as narrow as a phone.
    (tmp_path / "page.html").write_text(_FRAME.format(page=escape(checked), wide=wide), "utf-8")
    flags = ["--window-size=1400,1700", *(["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else [])]
    shown = _run(browser, tmp_path, *flags, "--dump-dom", (tmp_path / "page.html").as_uri())
    told = re.search(r'<pre id="told">(.*?)</pre>', shown, re.DOTALL)
    assert told, shown[-500:]
    found = json.loads(unescape(told[1]))
    assert found["violations"] == []
    assert found["passes"] > 20
    assert found["dark"] is (scheme == "dark")
    assert found["wide"] == [wide, wide]
    assert found["unreachable"] == []
    assert found["reachable"] > 20
    assert found["resources"] == []


def test_paper_shows_what_is_closed(browser: str, tmp_path: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("there is no pdftotext on this machine")
    text = _page("chip-design-tools")
    (tmp_path / "page.html").write_text(text, "utf-8")
    printed = tmp_path / "page.pdf"
    _run(browser, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}", (tmp_path / "page.html").as_uri())
    words = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True)
    closed = re.findall(r"<details><summary>.*?</details>", text, re.DOTALL)
    assert closed
    assert "there is a need to be among the first with new technology" in " ".join(words.stdout.split())


def _run(browser: str, folder: Path, *arguments: str) -> str:
    command = [browser, *_FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def _page(name: str) -> str:
    pack, report = averment.load("pm_tpm"), Report()
    path = Path(pack.root, "cases", f"{name}.yaml")
    case: Any = read_case(read_case_file(path.read_bytes(), path.name, report)[0], pack.model.types, report)
    return page(explain(pack.decide(case, engine="reference")), pack.model, case.places)
