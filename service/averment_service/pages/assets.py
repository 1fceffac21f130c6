"""The static files of the page, each under a name with its digest in it, so that a browser may keep it for good."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from averment.render.html import style_sheet

PREFIX = "/static/"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FILES = ("site.css", "tables.css", "site.js", "vendor/htmx.min.js", "vendor/sse.min.js", "icon.svg")


class Asset(NamedTuple):
    """A file as it is sent."""

    name: str  # with its digest: ``site-3f2a….css``
    content: bytes
    kind: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its own name; ``warrant.css`` is the style of the page that explains an outcome."""
    folder = files("averment_service").joinpath("static")
    contents = {file: folder.joinpath(*file.split("/")).read_bytes() for file in _FILES}
    contents["warrant.css"] = style_sheet().encode()
    return {file: _asset(file, content) for file, content in contents.items()}


@cache
def by_name() -> dict[str, Asset]:
    """The same by the names under which they are asked for."""
    return {asset.name: asset for asset in assets().values()}


def address(file: str) -> str:
    """Where a static file is."""
    return PREFIX + assets()[file].name


def _asset(file: str, content: bytes) -> Asset:
    stem, _, ending = file.rpartition("/")[2].rpartition(".")
    return Asset(f"{stem}-{sha256(content).hexdigest()[:16]}.{ending}", content, _KINDS[ending])
