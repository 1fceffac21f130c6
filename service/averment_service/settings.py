"""What a service is told: by a file, by the environment, by flags, each over the one before.

The file is YAML with the names below; in the environment a name is written in capitals after ``AVERMENT_``, a list
with commas. What is not known is refused, never passed over.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast, get_type_hints

from averment.core.node import Node, data_of
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.law.budget import FIRINGS
from averment.source.yaml_reader import read_yaml

PREFIX = "AVERMENT_"
OFF = "none"  # the log of a service that records nothing
_CODE = "AV590"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a service can be told. Times are in seconds, sizes in bytes."""

    packs: tuple[str, ...] = ("pm_tpm",)  # names or folders; of one name several versions, the last is the current one
    host: str = "127.0.0.1"
    port: int = 8321
    workers: int = 1  # processes that answer; the log has one writer, whatever their number
    log: str = ""  # sqlite:PATH or postgresql://…, or `none`
    masking_key: str = ""  # the file of the key that masks what is sensitive; SQLite keeps one beside the log
    tokens: str = ""  # the file of tokens; without one only this machine is served
    documents: str = ""  # a folder of text files that everybody's evidence may quote by their digest
    data: str = ""  # the folder of batch jobs, and of documents that are sent; a temporary one without
    jobs: int = 2  # batch jobs worked on at once; others wait
    body: int = 4 << 20  # of one request
    upload: int = 64 << 20  # of a table; of all documents that one keeps
    cases: int = 1000  # of one request
    seconds: float = 10.0  # for one question
    firings: int = FIRINGS  # of one case
    pending: int = 256  # requests under way at once in a process; one more is told to come again
    queue: int = 64  # of what is slow, what waits; one more is told to come again
    slow: int = 4  # requests that take longer than a decision, at once in a process
    sessions: int = 1000  # consultations kept
    expires: float = 1800.0  # a consultation that nobody answers
    patience: float = 60.0  # for a body to come; half of it or more, for a connection on which nothing moves
    demo: bool = False

    def document(self) -> dict[str, Any]:
        """As JSON; the password of a log's address is not in it."""
        return {**asdict(self), "packs": list(self.packs), "log": without_password(self.log)}


def settings_of(
    file: Path | None, environment: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None
) -> Settings:
    """The settings, from a file (where there is one), the environment and flags that are not None.

    Raises: Refused (AV590) for what is no setting, or not of its kind.
    """
    told: dict[str, Any] = {}
    for name, value in _of_file(file) if file else ():
        told[name] = _read(name, value, f"{file}")
    for name in (each.name for each in fields(Settings)):
        if (text := environment.get(PREFIX + name.upper())) is not None:
            told[name] = _read(name, text, PREFIX + name.upper())
    for name, value in (flags or {}).items():
        if value is not None:
            told[name] = _read(name, value, f"--{name}")
    return Settings(**told)


def key_of(settings: Settings) -> bytes:
    """The masking key. Raises: Refused (AV590) where its file cannot be read."""
    try:
        return Path(settings.masking_key).read_bytes() if settings.masking_key else b""
    except OSError as problem:
        raise refused(_CODE, f"the masking key `{settings.masking_key}` cannot be read: {problem.strerror}") from None


def without_password(url: str) -> str:
    """An address that may be shown: the password may stand before the host, and among the options."""
    url = re.sub(r"(?i)(password=)[^&#]*", r"\1…", url)
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}:…@{place}" if separator and at and ":" in user else url


def _of_file(file: Path) -> list[tuple[str, Any]]:
    report = Report()
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise refused(_CODE, f"the settings `{file}` cannot be read: {problem.strerror}") from None
    documents: list[Node] = read_yaml(data, str(file), report)
    if report.failed:
        raise Refused(report.diagnostics)
    if not documents:
        return []
    value: Any = data_of(documents[0])
    if len(documents) > 1 or not isinstance(value, dict):
        raise refused(_CODE, f"the settings `{file}` are not one mapping of names to values", "write `port: 8321`")
    return list(cast("dict[str, Any]", value).items())


def _read(name: str, value: Any, where: str) -> Any:
    kinds = get_type_hints(Settings)
    if name not in kinds:
        close = did_you_mean(name, kinds)
        help = f"did you mean `{close}`?" if close else f"settings: {', '.join(sorted(kinds))}"
        raise refused(_CODE, f"{where}: there is no setting `{name}`", help)
    kind = kinds[name]
    try:
        return _converted(kind, value)
    except (KeyError, TypeError, ValueError):
        wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}.get(kind, "a list")
        raise refused(_CODE, f"{where}: `{value}` is not {wanted}, which `{name}` is") from None


def _converted(kind: Any, value: Any) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[str(value).lower()]
    if kind is int or kind is float:
        number = kind(value) if isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, (int, float)) or (kind is int and number != int(number)):
            raise ValueError
        if number < 0:
            raise ValueError
        return kind(number)
    if kind is str:
        if not isinstance(value, (str, Path)):
            raise ValueError
        return str(value)
    items = value.split(",") if isinstance(value, str) else list(value)
    return tuple(str(item).strip() for item in items if str(item).strip())


def shown(settings: Settings) -> str:
    """The settings as a file of them."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.document().items())
