"""Nobody makes the page do what its reader did not ask for: origins, proofs, cookies, headers, permissions, markup."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.pages import PAGES, Elements, proof, send

from averment_service.app import application
from averment_service.pages.sessions import LASTS
from averment_service.principals import ROLES, Doorkeeper, Permission, Principal, hashed
from averment_service.routes.route import Route

WRITING = [route for route in PAGES if route.method == "POST"]
READING = [route for route in PAGES if route.method == "GET"]
FORGED = ["https://evil.example", "http://localhost.evil.example", "http://localhost:1", "null", "", "http://127.0.0.1"]
PAYLOADS = [line for line in (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines() if line]


def path_of(route: Route) -> str:
    return route.path.replace("{id}", "1-000000000000").replace("{code}", "AV591")


@pytest.fixture(scope="module")
def tokened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service with tokens: one a role, called like it."""
    tokens = {hashed(role.encode()): Principal(role, permissions) for role, permissions in ROLES.items()}
    with TestClient(
        application(service(tmp_path_factory.mktemp("guarded"), Doorkeeper(tokens))), base_url="http://testserver"
    ) as found:
        yield found


@pytest.fixture
def guarded(tokened: TestClient) -> TestClient:
    """The same where nobody is signed in yet."""
    tokened.cookies.clear()
    tokened.base_url = "http://testserver"
    return tokened


def sign_in(client: TestClient, role: str) -> str:
    """Sign in with the token of a role. The header of the cookie that came."""
    headers = {"origin": "http://testserver"}
    data = {"token": role, "csrf": proof(client, "/login"), "next": "/book"}
    found = client.post("/login", data=data, headers=headers, follow_redirects=False)
    assert found.status_code == 303 and found.headers["location"] == "/book"
    return found.headers["set-cookie"]


# --- what is sent from elsewhere ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.path)
def test_what_another_site_sends_is_refused(shared: TestClient, route: Route) -> None:
    right = proof(shared)
    for origin in FORGED:
        headers = {"x-csrf-token": right, **({"origin": origin} if origin else {})}
        assert shared.post(path_of(route), data={"csrf": right}, headers=headers).status_code == 403, origin


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.path)
def test_what_comes_without_proof_is_refused(shared: TestClient, route: Route) -> None:
    for told in ({}, {"x-csrf-token": "0" * 64}, {"sec-fetch-site": "cross-site", "x-csrf-token": proof(shared)}):
        headers = {"origin": str(shared.base_url), **told}
        assert shared.post(path_of(route), headers=headers).status_code == 403, told


def test_a_cookie_never_writes_through_the_interface_of_programs(guarded: TestClient) -> None:
    sign_in(guarded, "admin")
    assert guarded.get("/v1/packs").status_code == 200
    headers = {"origin": "http://testserver", "x-csrf-token": proof(guarded)}
    found = guarded.post("/v1/packs/pm_tpm/decide", json={"facts": {}}, headers=headers)
    assert found.status_code == 401


def test_a_proof_is_that_of_one_session(guarded: TestClient) -> None:
    sign_in(guarded, "evaluator")
    other = proof(guarded)
    guarded.cookies.clear()
    sign_in(guarded, "admin")
    headers = {"origin": "http://testserver", "x-csrf-token": other}
    assert guarded.post("/decide/claim", headers=headers).status_code == 403


# --- who is known -------------------------------------------------------------------------------------------------


def test_a_session_is_a_signed_cookie_that_scripts_do_not_see(guarded: TestClient) -> None:
    told = sign_in(guarded, "evaluator").lower()
    assert "httponly" in told and "samesite=strict" in told and "path=/" in told and "secure" not in told
    value = guarded.cookies["averment"]
    assert guarded.get("/decide").status_code == 200
    for forged in (value[:-1] + ("0" if value[-1] != "0" else "1"), value.partition(".")[0], "x.y", "é.", ""):
        guarded.cookies.clear()
        found = guarded.get("/decide", headers=[(b"cookie", f"averment={forged}".encode())], follow_redirects=False)
        assert found.status_code == 303 and found.headers["location"].startswith("/login?next=%2Fdecide")


def test_whoever_sets_the_time_of_day_signs_nobody_out_nor_in(
    guarded: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = {"cookie": sign_in(guarded, "evaluator").partition(";")[0]}
    guarded.cookies.clear()  # for this client looks at the time of day
    now, measured = time.time(), time.monotonic()
    for off in (-3600, 365 * 86_400):
        monkeypatch.setattr(time, "time", lambda off=off: now + off)
        assert guarded.get("/decide", headers=cookie, follow_redirects=False).status_code == 200
    monkeypatch.setattr(time, "monotonic", lambda: measured + LASTS + 1)
    assert guarded.get("/decide", headers=cookie, follow_redirects=False).status_code == 303


def test_over_https_the_cookie_is_secure(guarded: TestClient) -> None:
    guarded.base_url = "https://testserver"
    headers = {"origin": "https://testserver"}
    data = {"token": "viewer", "csrf": proof(guarded, "/login")}
    found = guarded.post("/login", data=data, headers=headers, follow_redirects=False)
    assert "secure" in found.headers["set-cookie"].lower()


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_this_service_only(guarded: TestClient, back: str) -> None:
    data = {"token": "viewer", "csrf": proof(guarded, "/login"), "next": back}
    found = guarded.post("/login", data=data, headers={"origin": "http://testserver"}, follow_redirects=False)
    assert found.headers["location"] == "/decide"


def test_a_wrong_token_signs_nobody_in(guarded: TestClient) -> None:
    data = {"token": "nobody", "csrf": proof(guarded, "/login")}
    found = guarded.post("/login", data=data, headers={"origin": "http://testserver"})
    assert found.status_code == 422 and "not known here" in found.text and not guarded.cookies


@pytest.mark.parametrize("role", [*ROLES])
def test_a_page_is_for_those_who_may(guarded: TestClient, role: str) -> None:
    sign_in(guarded, role)
    for route in READING:
        if route.permission is Permission.OPEN:
            continue
        found = guarded.get(path_of(route), headers={"accept": "text/html"}, follow_redirects=False)
        assert (found.status_code == 403) is (route.permission not in ROLES[role]), route.path
    shown = {each["href"] for tag, each in Elements(guarded.get("/book").text).found if tag == "a" and each.get("href")}
    assert ("/decide" in shown) is (Permission.DECIDE in ROLES[role])


def test_whoever_signs_out_is_nobody(guarded: TestClient) -> None:
    sign_in(guarded, "viewer")
    found = guarded.post("/logout", data={"csrf": proof(guarded, "/book")}, headers={"origin": "http://testserver"})
    assert found.url.path == "/login" and not guarded.cookies


# --- what a page may do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.method} {route.path}")
def test_every_page_forbids_itself_what_it_does_not_need(shared: TestClient, route: Route) -> None:
    if route.method == "GET":
        found = shared.get(path_of(route), follow_redirects=False)
    else:
        found = send(shared, path_of(route))
    parts = [part.strip().partition(" ") for part in found.headers["content-security-policy"].split(";")]
    policy = {name: value for name, _, value in parts}
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
        "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'",
    }  # fmt: skip
    assert found.headers["x-content-type-options"] == "nosniff" and found.headers["cache-control"] == "no-store"
    assert is_clean(found.text) == []


def is_clean(page: str) -> list[str]:
    """What a page must not hold: scripts or styles within it, handlers, addresses elsewhere, forms without a proof."""
    wrong: list[str] = []
    form = ""
    for tag, attributes in Elements(page).found:
        source = str(attributes.get("src") or attributes.get("href") or attributes.get("action") or "")
        wrong += [
            f"{tag} {name}" for name in attributes if name.startswith("on") or name in ("style", "hx-on", "srcdoc")
        ]
        wrong += [f"{tag} {source}" for _ in (1,) if source.lower().lstrip().startswith(("javascript:", "data:", "//"))]
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "style"):
            wrong += [f"{tag} {source}"] if tag not in ("script", "link") or not source.startswith("/static/") else []
        form = tag if tag == "form" and attributes.get("method") == "post" else form
    if form and 'name="csrf"' not in page:
        wrong.append("a form without a proof")
    return wrong


# --- what is written stays what it is --------------------------------------------------------------------------------


def test_no_answer_becomes_markup(shared: TestClient) -> None:
    said = {
        f"component.{number}.{name}": payload for number, payload in enumerate(PAYLOADS, 1) for name in ("name", "team")
    }
    said |= {payload: payload for payload in PAYLOADS}
    for path in [route.path for route in WRITING if route.path.startswith("/decide")]:
        found = send(shared, path, said)
        assert found.status_code < 500 and is_clean(found.text) == [], path
    shown = Elements(send(shared, "/decide/questions", said).text)
    for number, payload in enumerate(PAYLOADS, 1):
        assert shown.named(f"component.{number}.name")[0]["value"] == payload


def test_no_name_or_address_becomes_markup(shared: TestClient) -> None:
    for payload in PAYLOADS:
        said = {"case": payload, "engineering.team_size": payload, "product.technologies": payload, "skip": payload}
        assert is_clean(send(shared, "/decide/claim", said).text) == [], payload
        for path in (
            "/decide?",
            "/book?",
            f"/decide/{quote(payload, safe='')}?",
            f"/static/{quote(payload, safe='')}?",
        ):
            found = shared.get(path + urlencode({"pack": payload, "example": payload}), headers={"accept": "text/html"})
            assert found.status_code in (400, 404, 422), (path, payload)
            if found.headers["content-type"].startswith("text/html"):
                assert is_clean(found.text) == [], (path, payload)
            else:
                assert found.headers["content-type"] == "application/problem+json"


def test_what_does_not_show_is_written_out(shared: TestClient) -> None:
    found = shared.get("/decide", params={"case": "a\u202eb"})
    assert "\u202e" not in found.text and "U+202E" in found.text
