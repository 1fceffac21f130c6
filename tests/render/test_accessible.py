"""The page passes axe in headless Chromium, light and dark, wide and narrow, and asks the network for nothing.

Needs Chromium, and axe-core from npm: in ``AXE_CORE`` (its ``axe.min.js``) or installed globally.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
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
  var told = document.createElement("pre");
  told.id = "axe";
  told.textContent = JSON.stringify(found.violations.map(function (each) {
    return {id: each.id, nodes: each.nodes.map(function (node) { return node.html.slice(0, 200); })};
  }));
  document.body.appendChild(told);
});
</script>"""


def _axe() -> str:
    places = [os.environ.get("AXE_CORE", "")]
    npm = shutil.which("npm")
    if npm and not places[0]:
        root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
        places.append(f"{root}/axe-core/axe.min.js")
    for place in places:
        if place and Path(place).is_file():
            return Path(place).read_text("utf-8")
    pytest.skip("axe-core is not installed: npm install -g axe-core, or AXE_CORE=…/axe.min.js")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 500])
@pytest.mark.parametrize("case", ["chip-design-tools", "museum-audio-tours"])
def test_axe_finds_nothing(case: str, wide: int, scheme: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("there is no Chromium on this machine")
    axe = _axe()
    text = _page(case)
    opened = (
        re.sub(r"<meta http-equiv[^>]*>", "", text).replace("<details", "<details open").replace(" open open", " open")
    )
    (tmp_path / "page.html").write_text(opened.replace("</body>", f"<script>{axe}</script>{_RUN}</body>"), "utf-8")
    flags = [
        *_FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={wide},1600",
        "--virtual-time-budget=60000",
    ]
    flags += ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    run = subprocess.run(
        [browser, *flags, "--dump-dom", (tmp_path / "page.html").as_uri()], capture_output=True, text=True, check=True
    )
    told = re.search(r'<pre id="axe">(.*?)</pre>', run.stdout, re.DOTALL)
    assert told, run.stdout[-500:]
    assert json.loads(unescape(told[1])) == []


def _page(name: str) -> str:
    pack, report = averment.load("pm_tpm"), Report()
    path = Path(pack.root, "cases", f"{name}.yaml")
    case: Any = read_case(read_case_file(path.read_bytes(), path.name, report)[0], pack.model.types, report)
    return page(explain(pack.decide(case, engine="reference")), pack.model, case.places)
