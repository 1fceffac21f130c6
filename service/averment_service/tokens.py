"""The file of tokens: who there is, in which roles, and the hash of each token. The tokens themselves are nowhere.

YAML, readable by its owner alone: a list of ``{name, roles, sha256}``.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from averment.core.node import Node
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.ownership import new_file
from averment.source.yaml_reader import read_yaml
from averment_service.principals import ROLES, Permission, Principal, hashed
from averment_service.problems import SETTING

_LOOK = 1.0  # seconds between two looks at a file that is watched
_NOTHING = "AV111"
_log = logging.getLogger("averment.service")
_HEAD = "# The tokens of a service: `averment token` writes this file. Each is stored as its hash.\n"


class Watched:
    """Who there is in a file of tokens, as it is now: it is looked at again each second, and read where it was changed.

    Who is taken out of it is nobody at once; without a file nobody is known. What is no file of tokens changes nothing,
    and the log of the service says so.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._looked = file, monotonic()
        self._mark, self._tokens, self._said = _mark(file), read_tokens(file), ""

    def __call__(self) -> dict[str, Principal]:
        now = monotonic()
        if now - self._looked > _LOOK:
            self._looked = now
            if (mark := _mark(self._file)) != self._mark:
                self._read(mark)
        return self._tokens

    def _read(self, mark: tuple[int, ...]) -> None:
        try:
            self._tokens = read_tokens(self._file) if mark else {}
        except Refused as error:  # and is read again at the next look: what is in the way may pass
            if str(error) != self._said:
                _log.error("%s", error)
            self._said = str(error)
        else:
            self._mark, self._said = mark, ""


def _mark(file: Path) -> tuple[int, ...]:
    """What is another one where the file was changed; empty where there is none."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def read_tokens(file: Path) -> dict[str, Principal]:
    """Who there is, by the hash of the token. Raises: Refused (AV590)."""
    return {digest: Principal(name, _permissions(roles)) for name, roles, digest in listed(file)}


def listed(file: Path) -> list[tuple[str, tuple[str, ...], str]]:
    """Name, roles and hash of each token; none where the file holds nothing. Raises: Refused (AV590)."""
    report = Report()
    try:
        documents = read_yaml(file.read_bytes(), str(file), report)
    except OSError as error:
        raise refused(SETTING, f"the tokens `{file}` cannot be read: {(error.strerror or '').lower()}") from None
    if [each.code for each in report.diagnostics] == [_NOTHING]:
        return []  # the last token was taken back
    if report.failed:
        raise Refused(report.diagnostics)
    if documents and (len(documents) > 1 or not isinstance(documents[0].value, list)):
        raise _none(file)
    return [_entry(each, file) for each in (documents[0].elements() if documents else ())]


def add(file: Path, name: str, roles: Iterable[str]) -> str:
    """Add somebody to the file, which is made where there is none; the token, which is told this once.

    Raises: Refused where the name is taken, a role is not known, or the file is not one of tokens.
    """
    held = listed(file) if file.exists() else []
    told = tuple(roles)
    _check(told, file)
    if not name.strip() or not name.isprintable():
        raise refused(SETTING, "whoever a token is for has a name")
    if any(name == other for other, _, _ in held):
        raise refused(
            SETTING, f"`{file}`: there is a token for `{name}` already", "take that back first, or name another"
        )
    token = f"avm_{secrets.token_urlsafe(32)}"
    _write(file, [*held, (name, told, hashed(token.encode()))])
    return token


def remove(file: Path, name: str) -> None:
    """Take a token back. Raises: Refused where there is none for this name."""
    held = listed(file)
    left = [entry for entry in held if entry[0] != name]
    if len(left) == len(held):
        raise refused(SETTING, f"`{file}`: there is no token for `{name}`")
    _write(file, left)


def _entry(entry: Node, file: Path) -> tuple[str, tuple[str, ...], str]:
    name, digest = _text(entry, "name"), _text(entry, "sha256")
    roles = tuple(str(role.value) for role in entry.list_of("roles"))
    if not name or len(digest) != 64 or {key for key, _ in entry.items()} != {"name", "roles", "sha256"}:
        raise _none(file)
    _check(roles, file)
    return name, roles, digest


def _check(roles: tuple[str, ...], file: Path) -> None:
    for role in roles:
        if role not in ROLES:
            raise refused(SETTING, f"`{file}`: there is no role `{role}`", f"roles: {', '.join(ROLES)}")
    if not roles:
        raise refused(SETTING, f"`{file}`: a token has at least one role", f"roles: {', '.join(ROLES)}")


def _permissions(roles: Iterable[str]) -> frozenset[Permission]:
    return frozenset[Permission]().union(*(ROLES[role] for role in roles))


def _none(file: Path) -> Refused:
    return refused(SETTING, f"`{file}` is not a file of tokens", "`averment token add` writes one")


def _text(entry: Node, key: str) -> str:
    held = entry.get(key)
    return held.value if held and isinstance(held.value, str) else ""


def _write(file: Path, entries: list[tuple[str, tuple[str, ...], str]]) -> None:
    """The whole file, at once: a service that reads it has the old one or the new."""
    lines = (
        f"- {{name: {quoted(name)}, roles: [{', '.join(roles)}], sha256: {digest}}}\n"
        for name, roles, digest in entries
    )
    data = (_HEAD + "".join(lines)).encode()
    if not file.exists():
        with new_file(file, 0o600) as stream:
            stream.write(data)
        return
    beside = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    with new_file(beside, 0o600) as stream:
        stream.write(data)
    beside.replace(file)


def quoted(text: str) -> str:
    """A text as YAML between single quotes."""
    return "'" + text.replace("'", "''") + "'"
