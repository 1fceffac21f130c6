"""The C module of durable-rules behind the one door there is to it: a compiled network with one session inside.

The calls are fenced in by what is known to kill the process or to answer wrongly:

- the first fact of a fresh session is one that a rule of our own fires on, since the engine frees what it never set
  when a session in which nothing fired is deleted;
- facts go in one by one, the answer is read back, and an id that collides with another's hash is told apart;
- a fact is taken out only where every match is of that one fact: facts that met in a match cannot be taken out one
  after the other, even long after it was seen, since the engine then reads past the end of what it keeps of the match;
- what fails midway takes its whole session with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

SESSION = "s"  # a network holds one session at a time, so that no two can ever collide
PRIME = "p"
_PRIMER = f'{{"id":"{PRIME}","sid":"{SESSION}","p":1}}'
_STORED, _TAKEN = 0, 2  # the engine's answers to a fact that a rule looks at, and to an id it holds already


class EngineFailure(Exception):
    """The engine refused or failed a call; what it held of the case is gone."""


def installed() -> bool:
    """Whether durable-rules can be had here."""
    return find_spec("durable_rules_engine") is not None


class Network:
    """A compiled set of rules: facts go in as JSON text, matches come out as ``{"rule":{"alias":fact,…}}``.

    The rules are ``{name: {"all": [{alias: condition}, …], …}}``; no fact may have the primer's id or attribute.
    Not safe in threads: one user at a time. ``single``: no rule joins and one fact at most is held at a time, so that
    the session can be used for the next case, which saves the engine making another.
    """

    def __init__(self, rules: Mapping[str, object], single: bool) -> None:
        engine: Any = import_module("durable_rules_engine")
        self._engine = engine
        self._single = single
        self._state: int | None = None
        self._held: list[str] = []
        text = json.dumps({PRIME: {"all": [{"m0": {"p": 1}}]}, **rules}, ensure_ascii=False, separators=(",", ":"))
        self._handle: int | None = None
        try:
            self._handle = engine.create_ruleset("averment", text)
        except engine.error as error:
            raise EngineFailure(str(error)) from None

    def add(self, id: str, fact: str) -> bool:
        """Assert a fact; false where its id is taken, and then nothing has happened."""
        if self._state is None:
            self._open()
        try:
            answer = self._engine.assert_fact(self._handle, fact)[0]
        except self._engine.error as error:
            raise self._failed(error) from None
        if answer == _STORED:
            self._held.append(id)
        return bool(answer != _TAKEN)

    def drain(self) -> list[str]:
        """Every match that is new since the last time, each once."""
        engine, handle, state = self._engine, self._handle, self._state
        found: list[str] = []
        if state is None:
            return found
        try:
            started = engine.start_action_for_state(handle, state)
            if started is None:
                return found
            text, following = started[1], engine.complete_and_start_action
            while text:
                found.append(text)
                text = following(handle, state)
        except engine.error as error:
            raise self._failed(error) from None
        return found

    def empty(self) -> None:
        """Forget every fact."""
        if not self._single:
            self.clear()
            return
        try:
            for id in self._held:
                self._engine.retract_fact(self._handle, f'{{"id":"{id}","sid":"{SESSION}"}}')
        except self._engine.error as error:
            raise self._failed(error) from None
        self._held.clear()

    def clear(self) -> None:
        """Forget every fact, and free all that held them."""
        self._held.clear()
        if self._state is not None:
            self._state = None
            self._engine.delete_state(self._handle, SESSION)

    def close(self) -> None:
        """Free everything; the network is of no use afterwards."""
        if self._handle is not None:
            self.clear()
            self._engine.delete_ruleset(self._handle)
            self._handle = None

    def _open(self) -> None:
        """Make a session; it is ours to delete only once its first fact has fired."""
        try:
            _, state = self._engine.assert_fact(self._handle, _PRIMER)
            self._engine.start_action_for_state(self._handle, state)
            self._engine.complete_and_start_action(self._handle, state)
        except self._engine.error as error:
            raise EngineFailure(str(error)) from None
        self._state = state

    def _failed(self, error: Exception) -> EngineFailure:
        if self._state is not None:
            self._engine.abandon_action(self._handle, self._state)
            self.clear()
        return EngineFailure(str(error))
