"""What a pack answers: its claim, and the results beside it, each a field of facts that rules derive."""

from __future__ import annotations

from averment.dataclass import dataclass

RESULT_PARTS = ("status", "possible", "hangs_on", "presumed")
"""What tables have of a result beside its value, each in a column called ``NAME_PART``."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Which derived facts are the claim: ``field`` of ``type``; its strength is ``strength_field`` of another type."""

    type: str
    field: int
    values: tuple[str, ...]
    strength_type: str = ""
    strength_field: int = 0

    def __bool__(self) -> bool:
        """Whether there is a claim: a pack may have results only."""
        return bool(self.type)


NO_CLAIM = Claim("", 0, ())


@dataclass(frozen=True, slots=True)
class Result:
    """What a pack answers besides its claim: ``field`` of derived facts of ``type``; of ``many`` all its values."""

    name: str
    type: str
    field: int
    many: bool = False
    label: str = ""

    def columns(self, presumes: bool) -> tuple[str, ...]:
        """What tables call its columns: its value, how it stands, what it may be, what it hangs on, and, where the pack
        ``presumes`` anything, what it presumably is.
        """
        parts = RESULT_PARTS if presumes else RESULT_PARTS[:-1]
        return self.name, *(f"{self.name}_{part}" for part in parts)
