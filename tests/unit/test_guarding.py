"""An action that a pack guards: decided on what it is given, on record first, and called only where it is allowed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.audit.errors import LogError, unavailable
from averment.audit.log import DecisionLog, open_log
from averment.guarding import NotAllowed

FACTS = {
    "distance": "journey.distance",
    "over_sea": "journey.over_sea",
    "urgency": "journey.urgency",
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> averment.Pack:
    """By train or by plane, of the pack that `averment new` writes."""
    from averment_cli.main import run

    folder = tmp_path_factory.mktemp("new") / "trip"
    assert run(["new", str(folder)]) == 0
    return averment.load(folder)


def decisions(log: str) -> list[tuple[str, Any]]:
    with open_log(log) as opened:
        return [(record.claim, record.facts) for record in opened.records() if record.kind == "decision"]


def book(distance: int, over_sea: bool | None = None, urgency: str | None = None) -> tuple[Any, ...]:
    return distance, over_sea, urgency


SHORT: dict[str, Any] = {"distance": 200, "over_sea": False, "urgency": "leisurely"}
LONG: dict[str, Any] = {"distance": 9000, "over_sea": True, "urgency": "urgent"}


def with_luggage(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"journey": dict(arguments), "luggage": []}


@pytest.fixture
def log(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'decisions.db'}"


def test_an_action_is_called_where_its_claim_is_allowed_and_else_not(pack: averment.Pack, log: str) -> None:
    called: list[int] = []

    def train(distance: int, over_sea: bool, urgency: str) -> str:
        called.append(distance)
        return "booked"

    guarded = averment.guard(pack, train, with_luggage, allow={"train"}, log=log, requester="agent-7")
    assert pack.decide(with_luggage(SHORT)).claim == "train" and pack.decide(with_luggage(LONG)).claim == "plane"
    assert guarded(**SHORT) == "booked"
    with pytest.raises(NotAllowed) as error:
        guarded(**LONG)
    assert error.value.outcome.claim == "plane" and error.value.decision.startswith("3-")
    assert "`train` was not called: the claim is `plane`" in str(error.value)
    assert called == [200] and guarded.__name__ == "train"
    assert decisions(log) == [("train", with_luggage(SHORT)), ("plane", with_luggage(LONG))]


def test_what_is_not_known_leaves_open_and_the_action_uncalled(pack: averment.Pack, log: str) -> None:
    guarded = averment.guard(pack, book, FACTS, allow={"train", "plane"}, log=log)
    with pytest.raises(NotAllowed, match="the claim is `open`"):
        guarded(200)
    assert decisions(log) == [("open", {"journey": {"distance": 200}})]


def test_a_presumed_claim_does_only_where_the_host_says_so() -> None:
    pm = averment.load("pm_tpm")
    done: list[str] = []

    def hire(complexity: str) -> None:
        done.append(complexity)

    told: dict[str, Any] = {"facts": {"complexity": "product.technical_complexity"}, "log": None}
    presumed = pm.decide({"product": {"technical_complexity": "high"}}).presumed
    assert presumed
    with pytest.raises(NotAllowed, match=f"presumably {presumed.claim}"):
        averment.guard(pm, hire, allow={presumed.claim}, **told)("high")
    averment.guard(pm, hire, allow={presumed.claim}, presumed=True, **told)("high")
    others = set(pm.model.claim.values) - {presumed.claim}
    with pytest.raises(NotAllowed):
        averment.guard(pm, hire, allow=others, presumed=True, **told)("high")
    assert done == ["high"]


def test_nothing_comes_between_what_is_decided_and_what_is_done(pack: averment.Pack) -> None:
    order: dict[str, Any] = dict(SHORT)
    given: list[dict[str, Any]] = []

    def facts(arguments: Mapping[str, Any]) -> dict[str, Any]:
        found = with_luggage(dict(arguments["order"]))
        arguments["order"]["distance"] = 9000  # what reads the facts cannot change what is done
        order["distance"] = 9000  # nor can anybody else who holds the caller's own
        return found

    averment.guard(pack, lambda order: given.append(order), facts, allow={"train"}, log=None)(order)
    assert given == [SHORT] and given[0] is not order


def test_a_race_never_does_what_was_not_decided(pack: averment.Pack) -> None:
    order: dict[str, Any] = dict(SHORT)
    done: list[int] = []
    stop = threading.Event()

    def flip() -> None:
        while not stop.is_set():
            order.update(LONG)
            order.update(SHORT)

    guarded = averment.guard(
        pack, lambda order: done.append(order["distance"]), lambda given: with_luggage(given["order"]),
        allow={"train"}, log=None,
    )  # fmt: skip
    racing = threading.Thread(target=flip)
    racing.start()
    refused = 0
    for _ in range(300):
        try:
            guarded(order)
        except (NotAllowed, TypeError):
            refused += 1
    stop.set()
    racing.join()
    assert len(done) + refused == 300 and 9000 not in done


def test_a_coroutine_is_guarded_as_well(pack: averment.Pack, log: str) -> None:
    order: dict[str, Any] = dict(SHORT)

    async def ride(order: dict[str, Any]) -> int:
        return order["distance"]

    async def run() -> None:
        guarded = averment.guard(pack, ride, lambda given: with_luggage(given["order"]), allow={"train"}, log=log)
        task = asyncio.create_task(guarded(order))
        await asyncio.sleep(0)
        order.update(LONG)  # while it is being decided
        assert await task == 200
        with pytest.raises(NotAllowed):
            await guarded(order)

    asyncio.run(run())
    assert [claim for claim, _ in decisions(log)] == ["train", "plane"]


def test_what_cannot_be_recorded_is_not_done(pack: averment.Pack, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    guarded = averment.guard(pack, lambda **order: done.append(1), lambda given: with_luggage(given["order"]),
                             allow={"train"}, log=log)  # fmt: skip

    def failing(*_: Any) -> Any:
        raise unavailable("log", "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(DecisionLog, "append", failing)
        with pytest.raises(LogError, match="disk is full"):
            guarded(**SHORT)
    assert done == []
    guarded(**SHORT)
    assert done == [1]


def test_what_the_pack_does_not_take_is_refused_before_anything(pack: averment.Pack, log: str) -> None:
    guarded = averment.guard(pack, book, FACTS, allow={"train"}, log=log)
    with pytest.raises(averment.Refused, match="AV313"):
        guarded(distance=-5)
    with pytest.raises(TypeError, match="missing a required argument"):
        guarded()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="cannot be copied"):
        guarded(threading.Lock())  # type: ignore[arg-type]
    assert decisions(log) == []


def test_what_is_handed_through_is_the_very_object(pack: averment.Pack) -> None:
    lock = threading.Lock()
    seen: list[Any] = []

    def ride(connection: Any, order: dict[str, Any]) -> None:
        seen.append(connection)

    averment.guard(pack, ride, lambda given: with_luggage(given["order"]), allow={"train"}, log=None,
                   through={"connection"})(lock, SHORT)  # fmt: skip
    assert seen == [lock]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"allow": {"trian"}}, r"AV581.*did you mean `train`"),
        ({"allow": set()}, "AV581"),
        ({"allow": {"open"}}, "AV581"),
        ({"facts": {"distance": "journey.distanse"}}, r"AV585.*did you mean `journey.distance`"),
        ({"facts": {"distanse": "journey.distance"}}, "no argument `distanse`"),
        ({"through": {"distance"}}, "handed through"),
        ({"parameters": {"long_wey": 3}}, "AV330"),
    ],
)
def test_a_guard_that_means_nothing_is_refused_when_it_is_made(
    pack: averment.Pack, told: dict[str, Any], error: str
) -> None:
    whole: dict[str, Any] = {"facts": FACTS, "allow": {"train"}, "log": None, **told}
    with pytest.raises((averment.Refused, TypeError), match=error):
        averment.guard(pack, book, whole.pop("facts"), **whole)


def test_a_guard_may_rest_on_evidence(pack: averment.Pack, log: str) -> None:
    from averment.model.evidence import document_digest

    text = "It is 200 km, overland, and there is no hurry."
    quote = {"field": "journey.distance", "document": document_digest(text), "quote": "200 km"}

    def facts(given: Mapping[str, Any]) -> Any:
        return pack.case(with_luggage(given), "trip", [quote], {document_digest(text): text})

    guarded = averment.guard(pack, book, facts, allow={"train"}, log=log)
    assert guarded(**SHORT)
    with pytest.raises(averment.Refused, match="AV614"):
        guarded(**{**SHORT, "distance": 300})
