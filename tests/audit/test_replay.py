"""Deciding again: the same pack gives the same bytes."""

from __future__ import annotations

from typing import Any

import pytest

from averment.audit.errors import LogRefused
from averment.audit.mask import Mask
from averment.audit.record import decision
from averment.audit.replay import StoredPack, replay
from averment.audit.store import Filter
from averment.diagnostics.diagnostic import Diagnostic, Refused

PACKS = {
    version: {"name": "limits", "version": f"{version}.0.0", "digest": f"sha256:{version:064}"}
    for version in range(1, 5)
}


def decide(pack: StoredPack, parameters: Any, facts: Any) -> dict[str, Any]:
    """The plainest engine: hire above a limit, which is the pack's only file."""
    team = facts.get("team", {})
    if "size" not in team:
        raise Refused([Diagnostic("AV301", "`team` has no `size`")])
    limit = int(pack.files["limit"]) + parameters.get("extra", 0)
    claim = "hire" if team["size"] > limit else "wait"
    version = next(known for known in PACKS.values() if known["digest"] == pack.digest)
    return {
        "case": "replayed",
        "claim": claim,
        "status": "settled",
        "warrant": {"nodes": [f"{team['size']} against {limit}"]},
        "pack": version,
        "parameters": dict(parameters),
    }


def stored(version: int, limit: int) -> StoredPack:
    return StoredPack(PACKS[version]["digest"], {"limit": str(limit).encode()})


def record(log: Any, world: Any, pack: StoredPack, sizes: Any, parameters: Any = None) -> None:
    log.put_pack(pack.digest, pack.files)
    for size in sizes:
        facts = {"team": {"size": size}}
        outcome = {**decide(pack, parameters or {}, facts), "case": f"case {size}"}
        log.append(decision(outcome, facts, mask=Mask(), maker=world.maker))


def test_replays_are_the_same_also_after_three_changes_of_the_pack(world: Any) -> None:
    with world.open() as log:
        for version in range(1, 5):
            record(log, world, stored(version, 10 * version), range(5, 50, 5), {"extra": version})
        replayed = list(replay(log, decide))
        assert [one.state for one in replayed] == ["same"] * 36
        assert {one.record.digest for one in replayed} == {pack["digest"] for pack in PACKS.values()}


def test_a_difference_is_told(world: Any) -> None:
    def careless(pack: StoredPack, parameters: Any, facts: Any) -> dict[str, Any]:
        outcome = decide(pack, parameters, facts)
        size = facts["team"]["size"]
        return {**outcome, "claim": "wait"} if size == 40 else {**outcome, "warrant": {}} if size == 5 else outcome

    with world.open() as log:
        record(log, world, stored(1, 20), (5, 30, 40))
        first, same, flipped = replay(log, careless)
        assert [(found.what, found.recorded != found.now) for found in first.differences] == [
            ("outcome", True),
            ("warrant", True),
        ]
        assert (first.state, same.state, flipped.state) == ("differs", "same", "differs")
        assert flipped.differences[0] == ("claim", "hire", "wait") and flipped.differences[1].what == "outcome"
        assert len(flipped.differences) == 2


def test_what_is_replayed_can_be_chosen(world: Any) -> None:
    with world.open() as log:
        record(log, world, stored(1, 20), (5, 25, 35))
        ids = [one.id for one in log.records(Filter(claim="hire"))]
        assert [one.record.case for one in replay(log, decide, ids=[ids[1], "2"])] == ["case 35", "case 5"]
        assert [one.record.case for one in replay(log, decide, where=Filter(claim="hire"))] == ["case 25", "case 35"]
        with pytest.raises(KeyError):
            list(replay(log, decide, ids=["99"]))


def test_a_masked_record_is_neither_same_nor_different(world: Any) -> None:
    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files)
        facts = {"person": {"name": "ann", "role": "nurse"}}
        log.append(decision(world.outcome(), facts, mask=log.mask(world.types), maker=world.maker))
        (one,) = replay(log, lambda *_: pytest.fail("it was decided again"))
        assert (one.state, one.differences, one.claim) == ("masked", (), "")


def test_a_case_that_is_refused_is_told(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 1)
        (one,) = replay(log, decide)
        assert (one.state, one.reason) == ("refused", "AV301: `team` has no `size`")


def test_a_pack_is_loaded_once(sqlite_world: Any) -> None:
    packs: list[StoredPack] = []

    def remembering(pack: StoredPack, parameters: Any, facts: Any) -> dict[str, Any]:
        packs.append(pack)
        return decide(pack, parameters, facts)

    with sqlite_world.open() as log:
        record(log, sqlite_world, stored(1, 20), range(5))
        list(replay(log, remembering))
    assert len(packs) == 5 and len({id(pack) for pack in packs}) == 1


def test_without_its_pack_nothing_is_replayed(sqlite_world: Any) -> None:
    import sqlite3

    with sqlite_world.open() as log:
        record(log, sqlite_world, stored(1, 20), (5,))
        connection = sqlite3.connect(sqlite_world.path, isolation_level=None)
        connection.execute("DELETE FROM averment_pack")
        connection.close()
        with pytest.raises(LogRefused, match="AV557"):
            list(replay(log, decide))
