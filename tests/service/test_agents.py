"""A pack as the tools of agents: the SDK's own client for every tool, every answer and every refusal."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

import httpx2
import jsonschema
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.service.conftest import service
from tests.service.test_decide import examples

import averment
from averment.audit.log import open_log
from averment.audit.replay import State, replay
from averment.diagnostics.diagnostic import Diagnostic
from averment.ir.digest import canonical
from averment.model.evidence import document_digest
from averment.recording import Redecider
from averment_service.agents import resources
from averment_service.agents.desk import Desk
from averment_service.agents.protocol import server
from averment_service.app import application
from averment_service.principals import ROLES, Doorkeeper, Principal, hashed
from averment_service.service import Service

PACK = averment.load("pm_tpm")
TOOLS = ["vocabulary", "decide", "ask", "explain", "whatif", "flip"]
HIGH = {"product": {"technical_complexity": "high"}}
SETTLED: dict[str, Any] = examples()[0]["facts"]
Told = Callable[[Client], Awaitable[None]]


def hold(state: Service, talk: Told, **more: Any) -> None:
    """Talk to a desk of the pack, in both eras of the protocol."""
    principal = more.pop("principal", Principal("agent-7", ROLES["agent"]))
    for mode in ("legacy", "auto"):

        async def run(mode: str = mode) -> None:
            async with Client(server(Desk(state, PACK, principal, **more)), mode=mode) as client:
                await talk(client)

        asyncio.run(run())


async def answered(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    found = await client.call_tool(tool, arguments)
    assert not found.is_error, found.content
    assert json.loads(found.content[0].text) == found.structured_content  # type: ignore[union-attr]
    return found.structured_content


async def read(client: Client, uri: str) -> dict[str, Any]:
    (found,) = (await client.read_resource(uri)).contents
    return json.loads(found.text)  # type: ignore[union-attr]


async def refused(client: Client, tool: str, **arguments: Any) -> list[str]:
    """The codes that a call is refused with."""
    found = await client.call_tool(tool, arguments)
    assert found.is_error
    schemas = {each.name: each.output_schema for each in (await client.list_tools()).tools}
    jsonschema.validate(found.structured_content, schemas[tool] or {})  # as other clients do, of refusals too
    assert found.structured_content["pack"]["digest"] == PACK.digest
    return [each["code"] for each in found.structured_content["refused"]["diagnostics"]]


def test_every_tool_only_reads_and_takes_the_facts_of_the_pack(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == TOOLS
        for tool in tools:
            assert tool.annotations and tool.annotations.read_only_hint and not tool.annotations.destructive_hint
            if "facts" in tool.input_schema["properties"]:
                fields = tool.input_schema["properties"]["facts"]["properties"]["product"]["properties"]
                assert fields["technical_complexity"]["enum"] == ["low", "medium", "high"]
        assert "parameters" not in tools[1].input_schema["properties"]  # who may choose them chooses the claim

    hold(service(tmp_path), talk)


def test_a_decision_is_that_of_the_library_on_record_and_replays(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        for case in examples()[:6]:
            expected = PACK.decide(case["facts"], engine="reference", name=case["case"])
            found = await answered(client, "decide", facts=case["facts"], case=case["case"], detail="outcome")
            assert canonical(found["outcome"]) == expected.canonical
            brief = await answered(client, "decide", facts=case["facts"], case=case["case"], pack=PACK.digest)
            assert canonical(brief["answer"]) == canonical(expected.answer)

    hold(service(tmp_path), talk)
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        assert [one.state for one in replay(log, Redecider())] == [State.SAME] * 24
        assert {record.body["requester"] for record in log.records() if record.kind == "decision"} == {"agent-7"}


def test_questions_are_answered_off_the_record(tmp_path: Path) -> None:
    state = service(tmp_path)

    async def talk(client: Client) -> None:
        vocabulary = await answered(client, "vocabulary")
        assert vocabulary["claims"] == list(PACK.model.claim.values) and vocabulary["pack"]["digest"] == PACK.digest
        why = await answered(client, "explain", facts=SETTLED)
        assert why["explain"]["claim"] == PACK.decide(SETTLED).claim
        other = "product_manager" if PACK.decide(SETTLED).claim != "product_manager" else "technical_product_manager"
        why_not = await answered(client, "explain", facts=SETTLED, why_not=other)
        assert why_not["explain"]["question"] == "why_not"
        turned = await answered(client, "flip", facts=SETTLED, to=other)
        assert turned["flip"]["flips"][0]["claim"] == other
        change = {each["field"]: each["to"] for each in turned["flip"]["flips"][0]["changes"]}
        assert (await answered(client, "whatif", facts=SETTLED, change={"sets": change}))["whatif"]["after"][
            "claim"
        ] == other

    hold(state, talk)
    assert state.log and state.log.head().size == 0


def test_a_consultation_is_held_by_whoever_asks(tmp_path: Path) -> None:
    asked = {"technical_complexity", "technical_features"}
    product = SETTLED["product"]
    begun = {**SETTLED, "product": {name: value for name, value in product.items() if name not in asked}}

    async def talk(client: Client) -> None:
        facts: dict[str, Any] = begun
        unknown: list[str] = []
        found = await answered(client, "ask", facts=facts)
        while not found["ask"]["finished"]:
            path = found["ask"]["next"]["field"]
            name = path.removeprefix("product.")
            if name not in product:
                unknown.append(path)
            answers = {path: product[name]} if name in product else {}
            found = await answered(client, "ask", facts=facts, unknown=unknown, answers=answers)
            facts = found["facts"]
        assert found["ask"]["claim"] == PACK.decide(facts).claim == PACK.decide(SETTLED).claim

    hold(service(tmp_path, seconds=1.0), talk)


def test_what_is_put_off_is_asked_last_and_what_is_declined_never(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        first = (await answered(client, "ask", facts=HIGH))["ask"]["next"]["field"]
        found = await answered(client, "ask", facts=HIGH, later=[first])
        assert found["ask"]["next"]["field"] != first
        assert [(each["field"], each["said"]) for each in found["ask"]["replies"]] == [(first, "skipped")]
        found = await answered(client, "ask", facts=HIGH, declined=[first])
        assert found["ask"]["next"]["field"] != first and found["ask"]["replies"][0]["said"] == "declined"

    hold(service(tmp_path, seconds=1.0), talk)


@pytest.mark.parametrize(
    ("tool", "arguments", "codes"),
    [
        ("decide", {}, ["AV202"]),
        ("decide", {"fcts": HIGH}, ["AV201", "AV202"]),
        ("decide", {"facts": []}, ["AV203"]),
        ("decide", {"facts": {"product": {"technical_complexity": "hihg"}}}, ["AV303"]),
        ("decide", {"facts": {"produkt": {}}}, ["AV302"]),
        ("decide", {"facts": HIGH, "parameters": {"decision_margin": 0}}, ["AV201"]),
        ("decide", {"facts": HIGH, "pack": "sha256:" + "0" * 64}, ["AV610"]),
        ("decide", {"facts": HIGH, "pack": "pm_tpm@1.0.0"}, ["AV610"]),
        ("decide", {"facts": HIGH, "detail": "all"}, ["AV204"]),
        ("decide", {"facts": {"engineering": {"team_size": 12.000000000000001}}}, ["AV314"]),
        ("explain", {"facts": HIGH, "why_not": "nobody"}, ["AV584"]),
        ("explain", {"facts": HIGH, "fact": "nobody"}, ["AV560"]),
        ("whatif", {"facts": HIGH, "change": {"sets": {"product.stagee": "idea"}}}, ["AV585"]),
        ("whatif", {"facts": HIGH, "change": {"parameters": {"margin": 1}}}, ["AV330"]),
        ("whatif", {"facts": HIGH}, ["AV591"]),
        ("flip", {"facts": HIGH}, ["AV580"]),
        ("flip", {"facts": SETTLED, "to": "nobody"}, ["AV581"]),
        ("ask", {"answers": {"product.stagee": "idea"}}, ["AV585"]),
        ("ask", {"unknown": ["product.stagee"]}, ["AV585"]),
        ("vocabulary", {"facts": HIGH}, ["AV201"]),
    ],
)
def test_what_is_wrong_is_refused_with_every_finding(
    tmp_path: Path, tool: str, arguments: dict[str, Any], codes: list[str]
) -> None:
    state = service(tmp_path)

    async def talk(client: Client) -> None:
        assert await refused(client, tool, **arguments) == codes

    hold(state, talk)
    assert state.log and state.log.head().size == 0


def test_what_is_not_there_is_an_error_of_the_protocol(tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        for tool in ("publish", "decide ", "", "../decide"):
            with pytest.raises(MCPError, match="there is no tool"):
                await client.call_tool(tool, {})
        for uri in (
            "averment://rule",
            "averment://rules/none",
            "averment://decisions/1",
            "file:///etc/passwd",
            "averment://",
        ):
            with pytest.raises(MCPError, match="AV592"):
                await client.read_resource(uri)
        for method in ("prompts/list", "completion/complete"):
            assert method.partition("/")[0] not in client.server_capabilities.model_dump(exclude_none=True)

    hold(service(tmp_path), talk)


def test_a_resource_that_is_refused_tells_no_place_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> Any:
        raise averment.Refused([Diagnostic("AV117", f"`{tmp_path}/decisions.db` cannot be read")])

    async def talk(client: Client) -> None:
        with pytest.raises(MCPError, match="cannot be read") as refused:
            await client.read_resource("averment://rules")
        assert str(tmp_path) not in str(refused.value) + json.dumps(refused.value.error.data)

    monkeypatch.setattr(resources, "read", lost)
    hold(service(tmp_path), talk)


def test_rules_sources_and_decisions_are_read_as_resources(tmp_path: Path) -> None:
    state = service(tmp_path)

    async def theirs(client: Client) -> None:
        rules = await read(client, "averment://rules")
        assert len(rules["rules"]) == len(PACK.model.rules)
        for rule in rules["rules"][:3]:
            assert (await read(client, rule["uri"]))["backing"]
        (source,) = (await read(client, "averment://sources"))["sources"]
        assert (await read(client, f"averment://sources/{source['source']}"))["sections"] == source["sections"]
        assert (await read(client, "averment://pack"))["title"] == PACK.title
        decision = (await answered(client, "decide", facts=HIGH))["decision"]
        listed = (await read(client, "averment://decisions"))["decisions"]
        assert listed[0]["id"] == decision
        assert (await read(client, listed[0]["uri"]))["facts"] == HIGH

    async def others(client: Client) -> None:
        assert (await read(client, "averment://decisions"))["decisions"] == []
        with pytest.raises(MCPError, match="no decision"):
            await client.read_resource("averment://decisions/2")

    async def auditors(client: Client) -> None:
        assert len((await read(client, "averment://decisions"))["decisions"]) == 2

    hold(state, theirs)
    hold(state, others, principal=Principal("agent-8", ROLES["agent"]))
    hold(state, auditors, principal=Principal("agent-9", ROLES["agent"] | ROLES["auditor"]))


def test_evidence_is_checked_and_what_has_none_is_marked(tmp_path: Path) -> None:
    text = "The product is of high technical complexity."
    digest = document_digest(text)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "interview.txt").write_text(text)

    async def talk(client: Client) -> None:
        (listed,) = (await read(client, "averment://documents"))["documents"]
        assert listed["document"] == digest
        kept_text = (await read(client, listed["uri"]))["text"]
        quote = {
            "field": "product.technical_complexity",
            "document": digest,
            "quote": "high",
            "offset": kept_text.index("high"),
        }
        facts = {**HIGH, "engineering": {"team_size": 5}}
        answer = (await answered(client, "decide", facts=facts, evidence=[quote]))["answer"]
        assert answer["evidence"]["without"] == ["engineering.team_size"]
        assert answer["evidence"]["quotes"][0]["compared"] == "agrees"
        assert await refused(client, "decide", facts=facts, evidence=[{**quote, "offset": 0}]) == ["AV613"]
        told = {"evidence": [quote], "documents": {digest: text + " "}}
        assert await refused(client, "decide", facts=facts, **told) == ["AV612"]
        low = {"product": {"technical_complexity": "low"}}
        assert await refused(client, "decide", facts=low, evidence=[quote]) == ["AV614"]

    hold(service(tmp_path, documents=str(kept)), talk)


# --- over HTTP, and over standard input and output --------------------------------------------------------------------


@asynccontextmanager
async def over_http(state: Service, path: str, token: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(application(state))  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)
        )
        streams = streamable_http_client(f"http://localhost{path}", http_client=http)
        yield await stack.enter_async_context(Client(streams))


def test_over_http_each_call_names_the_digest_unless_the_address_does(tmp_path: Path) -> None:
    state = service(tmp_path)

    async def run() -> None:
        async with over_http(state, "/v1/packs/pm_tpm/mcp") as client:
            (decide,) = [tool for tool in (await client.list_tools()).tools if tool.name == "decide"]
            assert decide.input_schema["properties"]["pack"]["const"] == PACK.digest
            assert "pack" in decide.input_schema["required"]
            assert await refused(client, "decide", facts=HIGH) == ["AV610"]
            assert (await answered(client, "decide", facts=HIGH, pack=PACK.digest))["answer"]["claim"] == "open"
        async with over_http(state, f"/v1/packs/pm_tpm@{PACK.digest}/mcp") as client:
            assert (await answered(client, "decide", facts=HIGH))["answer"]["pack"]["digest"] == PACK.digest
            assert await refused(client, "decide", facts=HIGH, pack="sha256:1") == ["AV610"]

    asyncio.run(run())


def test_over_http_the_tools_take_a_token_that_may_act(tmp_path: Path) -> None:
    tokens = {hashed(role.encode()): Principal(role, ROLES[role]) for role in ROLES}
    state = service(tmp_path, Doorkeeper(tokens))

    async def status(token: str) -> int:
        transport = httpx2.ASGITransport(application(state))  # type: ignore[arg-type]
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            told = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            headers = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {token}"}
            found = await http.post("/v1/packs/pm_tpm/mcp", json=told, headers=headers if token else {})
            return found.status_code

    async def run() -> None:
        found = {role: await status(role) for role in ROLES}
        assert found == {"viewer": 403, "evaluator": 403, "auditor": 403, "agent": 200, "admin": 200}
        assert await status("") == await status("stranger") == 401
        async with over_http(state, f"/v1/packs/pm_tpm@{PACK.digest}/mcp", "agent") as client:
            assert (await answered(client, "decide", facts=HIGH))["answer"]["claim"] == "open"

    asyncio.run(run())
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        assert [record.body["requester"] for record in log.records() if record.kind == "decision"] == ["agent"]


def test_the_command_serves_over_standard_input_and_output(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'decisions.db'}"
    arguments = ["mcp", "--log", url, "--param", "decision_margin=3", "--digest", PACK.digest]

    async def run() -> None:
        with (tmp_path / "talk").open("w") as talk:
            program = StdioServerParameters(command=str(Path(sys.executable).with_name("averment")), args=arguments)
            async with Client(stdio_client(program, errlog=talk)) as client:
                found = await answered(client, "decide", facts=HIGH)
                assert found["answer"]["parameters"]["decision_margin"] == 3

    asyncio.run(run())
    assert PACK.digest in (tmp_path / "talk").read_text()
    with open_log(url) as log:
        (record,) = [record for record in log.records() if record.kind == "decision"]
        assert record.body["requester"] == "agent" and record.parameters["decision_margin"] == 3
