"""What the page links to: little, its own, kept for good; the scripts of others as they were released."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.service.pages import Elements

from averment_service.pages.assets import address, assets

MOST_SCRIPT = 60_000  # bytes, compressed
RELEASED = {  # what `make vendor` takes from the packages that service/vendor/package-lock.json pins
    "htmx.min.js": ("htmx.org", "2.0.11", "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"),
    "sse.min.js": ("htmx-ext-sse", "2.2.4", "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136"),
}


def test_the_scripts_of_others_are_unmodified_and_licensed() -> None:
    folder = files("averment_service").joinpath("static", "vendor")
    locked = json.loads(Path("service/vendor/package-lock.json").read_text("utf-8"))["packages"]
    for name, (package, version, digest) in RELEASED.items():
        assert sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest
        assert locked[f"node_modules/{package}"]["version"] == version
        assert locked[f"node_modules/{package}"]["integrity"].startswith("sha512-")
        licence = folder.joinpath(f"{name.partition('.')[0]}.LICENSE.txt").read_text("utf-8")
        assert "Permission to use, copy, modify" in licence
    assert {each.name for each in folder.iterdir() if each.name.endswith(".js")} == set(RELEASED)


def test_all_script_together_is_small() -> None:
    scripts = [asset.content for asset in assets().values() if "javascript" in asset.kind]
    assert len(scripts) == 3
    assert sum(len(gzip.compress(script, 9)) for script in scripts) < MOST_SCRIPT


def test_a_file_is_kept_for_good_under_a_name_with_its_digest(shared: TestClient) -> None:
    for file, asset in assets().items():
        found = shared.get(address(file))
        assert found.status_code == 200 and found.content == asset.content
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert found.headers["content-type"] == asset.kind
        assert sha256(found.content).hexdigest()[:16] in asset.name
    linked = [
        str(each.get("src") or each.get("href"))
        for tag, each in Elements(shared.get("/book").text).found
        if tag in ("script", "link")
    ]
    assert linked == [address(file) for file in (
        "icon.svg", "warrant.css", "site.css", "vendor/htmx.min.js", "vendor/sse.min.js", "site.js"
    )]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["site.css", "../site.css", "%2e%2e/site.css", "..%2f..%2fapp.py", "vendor/htmx.min.js"]
)
def test_nothing_else_is_sent(shared: TestClient, path: str) -> None:
    assert shared.get(f"/static/{path}").status_code == 404


@pytest.mark.slow
def test_a_wheel_holds_all_of_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = tmp_path.glob("averment-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("static", "templates"):
        for file in Path("service/averment_service", folder).rglob("*"):
            if file.is_file():
                assert file.relative_to("service").as_posix() in held
