"""Who may do what: every role at every route, and what is denied by default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.pages import proof

from averment.diagnostics.diagnostic import Refused, refused
from averment_service import tokens
from averment_service.app import application
from averment_service.principals import ROLES, Doorkeeper, Permission, Principal, hashed
from averment_service.problems import Problem
from averment_service.routes import ROUTES
from averment_service.settings import Settings, shown
from averment_service.tokens import Watched, add, listed, read_tokens, remove


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("tokens")
    file = folder / "tokens.yaml"
    tokens = {role: add(file, role, [role]) for role in ROLES}
    with TestClient(application(service(folder, Doorkeeper(read_tokens(file))))) as client:
        yield client, tokens


def _sent(client: TestClient, method: str, path: str, token: str = "") -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if method == "POST":  # a form says where it comes from
        headers |= {"origin": str(client.base_url), "x-csrf-token": proof(client, "/login")}
    return client.request(
        method, re.sub(r"\{pack[^}]*\}", "pm_tpm", path), headers=headers, follow_redirects=False
    ).status_code


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_role_may_what_its_permissions_say_and_nothing_else(
    held: tuple[TestClient, dict[str, str]], role: str
) -> None:
    client, tokens = held
    permissions = ROLES[role] if role else frozenset[Permission]()
    wanted = [("POST", "/v1/packs/{pack}/decide", Permission.DECIDE)]
    for method, path, permission in [*wanted, *((route.method, route.path, route.permission) for route in ROUTES)]:
        status = _sent(client, method, path, tokens.get(role, ""))
        if permission is Permission.OPEN or permission in permissions:
            assert status not in (401, 403), (role, method, path, status)
        else:
            assert status in ({403} if role else {401, 303}), (role, method, path, status)


def test_an_unknown_token_is_nobody_even_where_everybody_may(held: tuple[TestClient, dict[str, str]]) -> None:
    client, _ = held
    for route in ROUTES:
        assert _sent(client, route.method, route.path, "avm_guessed") == 401, route.path


def test_without_tokens_only_this_machine_is_served_by_its_own_name(tmp_path: Path) -> None:
    with TestClient(application(service(tmp_path)), base_url="http://localhost") as client:
        assert client.get("/v1/packs").status_code == 200
        for headers in (
            {"host": "evil.example"},
            {"origin": "http://evil.example"},
            {"host": "localhost.evil.example"},
            {"origin": "http://["},
            {"origin": "null"},
        ):
            assert client.get("/v1/packs", headers=headers).status_code == 403, headers
            assert client.post("/v1/packs/pm_tpm/decide", json={"facts": {}}, headers=headers).status_code == 403


def test_a_form_from_no_address_at_all_is_refused(held: tuple[TestClient, dict[str, str]]) -> None:
    client, _ = held
    form = {"token": "x", "csrf": proof(client, "/login")}
    assert client.post("/login", data=form, headers={"origin": "http://["}).status_code == 403


def test_a_file_of_tokens_holds_hashes_and_is_its_owner_s(tmp_path: Path) -> None:
    file = tmp_path / "tokens.yaml"
    ann, bob = add(file, "ann", ["auditor", "viewer"]), add(file, "bob", ["agent"])
    assert file.stat().st_mode & 0o077 == 0
    assert ann not in file.read_text() and bob not in file.read_text()
    keeper = Doorkeeper(read_tokens(file))
    found = keeper.principal(f"Bearer {ann}".encode())
    assert (found.name, found.permissions) == ("ann", ROLES["auditor"] | ROLES["viewer"])
    remove(file, "ann")
    assert [name for name, _, _ in listed(file)] == ["bob"]


def test_a_token_counts_as_long_as_it_is_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_LOOK", -1)
    file = tmp_path / "tokens.yaml"
    ann, bob = (add(file, name, ["viewer"]) for name in ("ann", "bob"))
    keeper = Doorkeeper(Watched(file))
    headers = {name: f"Bearer {token}".encode() for name, token in (("ann", ann), ("bob", bob))}
    assert [keeper.principal(header).name for header in headers.values()] == ["ann", "bob"]
    remove(file, "ann")
    assert keeper.principal(headers["bob"]).name == "bob" and keeper.known(hashed(ann.encode())) is None
    with pytest.raises(Problem):
        keeper.principal(headers["ann"])
    file.write_text("- 1\n")
    assert keeper.principal(headers["bob"]).name == "bob"
    file.unlink()
    with pytest.raises(Problem):
        keeper.principal(headers["bob"])
    cid = add(file, "cid", ["admin"])
    assert keeper.principal(f"Bearer {cid}".encode()).permissions == ROLES["admin"]


def test_a_file_that_could_not_be_read_for_a_moment_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_LOOK", -1)
    file = tmp_path / "tokens.yaml"
    add(file, "ann", ["viewer"])
    watched = Watched(file)
    remove(file, "ann")
    with monkeypatch.context() as moment:
        moment.setattr(tokens, "read_tokens", _unreadable)
        assert [each.name for each in watched().values()] == ["ann"]
    assert watched() == {}


def _unreadable(file: Path) -> dict[str, Principal]:
    raise refused("AV590", f"the tokens `{file}` cannot be read: too many open files")


def test_what_may_stand_once_is_refused_twice(held: tuple[TestClient, dict[str, str]]) -> None:
    client, known = held
    right, other = (("authorization", f"Bearer {known[role]}") for role in ("viewer", "admin"))
    for pair in ([right, other], [right, right], [("host", "a"), ("host", "b")], [("origin", "a"), ("origin", "a")]):
        for path in ("/v1/packs", "/healthz", "/book"):
            assert client.get(path, headers=pair).status_code == 400, (path, pair)
        found = client.post("/v1/packs/pm_tpm/decide", json={"facts": {}}, headers=pair)
        assert found.status_code == 400 and "twice" in found.text


@pytest.mark.parametrize("text", ["- 1\n", "{}\n", "- {name: a, roles: [king], sha256: ''}\n", "a: [\n"])
def test_what_is_no_file_of_tokens_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text(text)
    with pytest.raises(Refused):
        read_tokens(file)
    with pytest.raises(Refused):
        add(file, "ann", ["viewer"])
    assert file.read_text() == text


def test_settings_that_are_shown_hold_no_password() -> None:
    for url in ("postgresql://u:secret@h/db", "postgresql://h/db?password=secret&sslpassword=secret"):
        assert "secret" not in shown(Settings(log=url))
