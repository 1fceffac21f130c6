"""The extras that averment can be installed with, and the one sentence where something needs one that is not there."""

from __future__ import annotations

from importlib.util import find_spec

from averment.diagnostics.diagnostic import Diagnostic, Refused

_MODULES = {
    "scale": ("numpy", "pyarrow"),
    "tables": ("python_calamine", "xlsxwriter"),
    "serve": ("starlette", "uvicorn", "msgspec", "jinja2", "prometheus_client"),
    "client": ("httpx",),
    "otel": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
    "mcp": ("mcp", "starlette", "msgspec"),
}
TABLES = "work on whole tables, and on Parquet and Arrow files,"


class MissingExtra(Refused, ImportError):
    """An ``extra`` is not installed: an import that fails, told as every finding is."""

    def __init__(self, extra: str, what: str) -> None:
        self.extra, self.what = extra, what
        message = f"{what} needs the extra `{extra}`, which is not installed"
        super().__init__([Diagnostic("AV540", message, (), (f"pip install 'averment[{extra}]'",))])

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return MissingExtra, (self.extra, self.what)


def need(extra: str, what: str) -> None:
    """Raises MissingExtra where an extra that something needs is not there."""
    if not installed(extra):
        raise MissingExtra(extra, what)


def installed(extra: str) -> bool:
    """Whether all that an extra brings is there."""
    return all(_there(module) for module in _MODULES[extra])


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it is part of
        return False
