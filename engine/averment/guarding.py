"""An action that is taken only where a pack allows it, decided on the very arguments that the action is given.

The arguments are copied once, before anything is decided; the facts are read from a copy of that copy, and the action
gets the copy. So nothing that becomes of the caller's own objects meanwhile, in another thread or task, comes between
what was decided and what is done. A decision is on record before the action is called, or it is not called.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast
from weakref import finalize

from averment import __version__
from averment.audit.log import DecisionLog, open_log
from averment.audit.record import Maker
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import Recorder

Action = TypeVar("Action", bound=Callable[..., Any])
Facts = Callable[[Mapping[str, Any]], Mapping[str, Any] | Case]
"""The facts that arguments, by name, come to; or a case of the pack (``Pack.case``), which may have evidence."""


class NotAllowed(Exception):
    """An action was not called, since the claim about its arguments is none that allows it.

    ``outcome``: what was decided; ``decision``: the number under which it is on record, empty without a log.
    """

    def __init__(self, action: str, outcome: Outcome, decision: str = "") -> None:
        super().__init__(action, outcome, decision)
        self.action, self.outcome, self.decision = action, outcome, decision

    def __str__(self) -> str:
        told = f"presumably {self.outcome.presumed.claim}" if self.outcome.presumed else self.outcome.claim
        where = f" (decision {self.decision})" if self.decision else ""
        return f"`{self.action}` was not called: the claim is `{told}`, which does not allow it{where}"


def guard(
    pack: Pack,
    action: Action,
    facts: Mapping[str, str] | Facts,
    *,
    allow: Collection[str],
    log: DecisionLog | str | None,
    presumed: bool = False,
    parameters: Mapping[str, Any] | None = None,
    through: Collection[str] = (),
    requester: str = "",
    name: str = "",
) -> Action:
    """The ``action``, called only where the pack's claim about its arguments is settled and one of ``allow``.

    ``facts``: the path of a field by the name of an argument (``{"amount": "order.amount"}``), or what makes facts of
    all arguments. ``log``: where each decision is recorded before the action is called, or its address; None records
    nothing. ``presumed``: whether what an open claim presumably is will do. ``through``: arguments that are handed
    through as they are and cannot be decided on, such as a connection; all others are copied. ``name``: of the cases,
    else that of the action. The action may be a coroutine function.

    Raises: Refused for what is no claim (AV581) or no field (AV585) of the pack; TypeError for what is no argument.
    When called: NotAllowed, with the outcome; Refused for facts that the pack does not take; LogError where the
    decision cannot be recorded; TypeError for an argument that cannot be copied. The action is called in none of these
    cases.
    """
    guarded = _Guarded(pack, action, facts, allow, log, presumed, parameters, through, requester, name)
    if inspect.iscoroutinefunction(action) or inspect.iscoroutinefunction(type(action).__call__):

        @wraps(action)
        async def waiting(*args: Any, **named: Any) -> Any:
            bound = guarded.frozen(args, named)  # before anybody else has a turn
            await asyncio.to_thread(guarded.check, bound)
            return await action(*bound.args, **bound.kwargs)

        return cast("Action", waiting)

    @wraps(action)
    def called(*args: Any, **named: Any) -> Any:
        bound = guarded.frozen(args, named)
        guarded.check(bound)
        return action(*bound.args, **bound.kwargs)

    return cast("Action", called)


class _Guarded:
    """What an action is held to."""

    def __init__(
        self,
        pack: Pack,
        action: Callable[..., Any],
        facts: Mapping[str, str] | Facts,
        allow: Collection[str],
        log: DecisionLog | str | None,
        presumed: bool,
        parameters: Mapping[str, Any] | None,
        through: Collection[str],
        requester: str,
        name: str,
    ) -> None:
        self._pack, self._presumed, self._parameters = pack, presumed, deepcopy(dict(parameters or {}))
        self._allow, self._through = frozenset([allow] if isinstance(allow, str) else allow), frozenset(through)
        self._facts = facts if callable(facts) else dict(facts)
        self._signature = inspect.signature(action)
        self._action = str(getattr(action, "__name__", type(action).__name__))
        self._name = name or self._action
        self._check_claims()
        self._check_arguments()
        self._check_paths()
        pack.program(self._parameters)  # refused now rather than when it matters
        opened = open_log(log, clock=lambda: datetime.now(UTC)) if isinstance(log, str) else log
        self._recorder = Recorder(opened, pack, Maker("", __version__, requester)) if opened else None
        if opened and isinstance(log, str):
            finalize(self, opened.close)  # which nobody else can

    def _check_claims(self) -> None:
        known = self._pack.model.claim.values
        strange = sorted(self._allow - set(known))
        if strange or not self._allow:
            near = did_you_mean(strange[0], known) if strange else ""
            help = f"did you mean `{near}`?" if near else f"claims: {', '.join(known)}"
            told = f"`{strange[0]}` is not a claim of this pack" if strange else "no claim allows the action"
            raise Refused([Diagnostic("AV581", told, help=(help,))])

    def _check_arguments(self) -> None:
        known = self._signature.parameters
        read = set[str]() if callable(self._facts) else set(self._facts)
        for argument in sorted(read | self._through):
            if argument not in known:
                raise TypeError(f"`{self._action}` has no argument `{argument}`")
            if argument in read & self._through:
                raise TypeError(f"`{argument}` is handed through as it is, so nothing can be decided on it")

    def _check_paths(self) -> None:
        types = self._pack.model.types
        known = [f"{name}.{each.name}" for name, type in types.items() if type.one for each in type.fields]
        for path in () if callable(self._facts) else self._facts.values():
            if path not in known:
                near = did_you_mean(path, known)
                help = (f"did you mean `{near}`?",) if near else ("records of many are made by a function",)
                raise Refused([Diagnostic("AV585", f"`{path}` is not a field that an argument can be", help=help)])

    def frozen(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> inspect.BoundArguments:
        """The arguments as the action will get them, all copied at once: what was shared among them still is."""
        bound = self._signature.bind(*args, **named)
        bound.apply_defaults()
        mine = {name: value for name, value in bound.arguments.items() if name not in self._through}
        bound.arguments.update(self._copied(mine))
        return bound

    def check(self, bound: inspect.BoundArguments) -> None:
        """Decide and record. Raises: NotAllowed, Refused, LogError."""
        seen = {name: value for name, value in bound.arguments.items() if name not in self._through}
        facts = self._read(self._copied(seen))
        outcome = self._pack.decide(facts, self._parameters, name=self._name)
        receipt = self._recorder.record(outcome, cast("Case", outcome.case)) if self._recorder else None
        claim = outcome.claim if outcome.settled else outcome.presumed.claim if outcome.presumed else ""
        if claim not in self._allow or not (outcome.settled or self._presumed):
            raise NotAllowed(self._action, outcome, receipt.id if receipt else "")

    def _read(self, arguments: Mapping[str, Any]) -> Mapping[str, Any] | Case:
        if callable(self._facts):
            return self._facts(arguments)
        found: dict[str, dict[str, Any]] = {}
        for argument, path in self._facts.items():
            type, _, field = path.rpartition(".")
            if arguments[argument] is not None:  # else it is not known
                found.setdefault(type, {})[field] = arguments[argument]
        return found

    def _copied(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return deepcopy(dict(arguments))
        except Exception as error:
            message = (
                f"an argument of `{self._action}` cannot be copied ({error}): name it in `through`, or leave it out"
            )
            raise TypeError(message) from error
