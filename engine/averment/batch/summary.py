"""What a run came to: how many rows, which claims, which rules fired and which never did, what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from averment.outcome.turns import Turns, ordered


@dataclass
class Summary:
    """``counts``: ``claim:…``, ``status:…``, ``presumed:…``, ``rule:…`` and ``reject:CODE`` to a number of rows;
    ``lost:WHY`` to how often the reference decided in place of the engine."""

    rules: Sequence[str]
    rows: int = 0
    decided: int = 0
    alone: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    turns: Turns | None = None  # of a run that is held against another pack or other parameters

    def add(self, entry: Mapping[str, Any]) -> None:
        """Count a part as its entry in the manifest has it."""
        self.rows += entry["rows"]
        self.decided += entry["decided"]
        self.alone += entry["alone"]
        self.counts.update(dict(entry["counts"]))
        if self.turns is not None:
            self.turns.merge(entry["turns"])

    @property
    def rejected(self) -> int:
        return sum(self._of("reject").values())

    @property
    def losses(self) -> Mapping[str, int]:
        """Why the reference had to decide in place of the engine, and how often."""
        return ordered(self._of("lost"))

    @property
    def document(self) -> dict[str, Any]:
        """The summary as JSON has it."""
        fired = self._of("rule")
        return {
            "rows": self.rows,
            "decided": self.decided,
            "alone": self.alone,
            "claims": ordered(self._of("claim")),
            "statuses": ordered(self._of("status")),
            **({"presumed": ordered(presumed)} if (presumed := self._of("presumed")) else {}),
            "rules": ordered(fired),
            "never_fired": sorted(set(self.rules) - fired.keys()),
            "rejected": self.rejected,
            "errors": ordered(self._of("reject")),
            **({"lost": losses} if (losses := self.losses) else {}),
            **({"turns": self.turns.document} if self.turns else {}),
        }

    def text(self) -> str:
        """The summary for people."""
        lines = [f"{self.decided:,} decided, {self.rejected:,} rejected"]
        lines += _section("claims", self._of("claim"), self.decided)
        lines += _section("statuses", self._of("status"), self.decided)
        lines += _section("presumed claims", self._of("presumed"), self.decided)
        fired = self._of("rule")
        lines += _section("rules that fired", fired, self.decided)
        never = sorted(set(self.rules) - fired.keys())
        if never:
            lines += [f"rules that never fired: {len(never)}", *_wrapped(never)]
        lines += _section("errors", self._of("reject"), self.rows)
        return "\n".join(lines)

    def _of(self, kind: str) -> dict[str, int]:
        return {key.partition(":")[2]: number for key, number in self.counts.items() if key.startswith(f"{kind}:")}


def _section(title: str, counts: Mapping[str, int], of: int) -> Iterable[str]:
    if not counts:
        return []
    wide = max(map(len, counts))
    most = max(len(f"{number:,}") for number in counts.values())
    return [
        f"{title}:",
        *(
            f"  {name:<{wide}}  {number:>{most},}  {100 * number / max(of, 1):5.1f}%"
            for name, number in ordered(counts).items()
        ),
    ]


def _wrapped(names: Sequence[str], width: int = 96) -> Iterable[str]:
    line = " "
    for name in names:
        if len(line) + len(name) > width:
            yield line
            line = " "
        line += f" {name}"
    yield line
