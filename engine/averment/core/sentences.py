"""What a rule says, as a tree: words, and mentions of what they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from averment.core.tree import Tree
from averment.dataclass import dataclass


@dataclass(frozen=True)
class Mention(Tree):
    """``$name`` in a sentence."""

    name: str


@dataclass(frozen=True)
class Sentence(Tree):
    """What a rule ``says``: words as they are, and mentions of what they are about. Without parts it says nothing."""

    parts: tuple[str | Mention, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @cached_property
    def text(self) -> str:
        return "".join(f"${part.name}" if isinstance(part, Mention) else part for part in self.parts)

    @property
    def mentions(self) -> list[str]:
        """The names mentioned, without their ``$``, in their order; one mentioned twice is there twice."""
        return [part.name for part in self.parts if isinstance(part, Mention)]

    def filled(self, value: Callable[[str], str | None]) -> Sentence:
        """The sentence with the ``value`` of each name in its place; a name whose value is ``None`` stays mentioned."""
        return Sentence(tuple(_put_in(part, value) for part in self.parts))


SILENT = Sentence()


def _put_in(part: str | Mention, value: Callable[[str], str | None]) -> str | Mention:
    told = value(part.name) if isinstance(part, Mention) else part
    return part if told is None else told
