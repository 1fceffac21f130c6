"""Texts that stand for any that neither the case nor a rule names, in words: ``a new one``, ``the same new one``."""

from __future__ import annotations

from averment.core.program import Value

NOTE = "A new one is any that neither the case nor a rule names."


class NewOnes:
    """The new texts told of so far, each with the group of fields that it may meet others in."""

    def __init__(self, met: tuple[tuple[int, Value], ...] = ()) -> None:
        self._met = list(met)

    def again(self) -> NewOnes:
        """From here on, for one of several that go on differently."""
        return NewOnes(tuple(self._met))

    def named(self, group: int, text: Value) -> str:
        """A new text: of those that may meet it says which one it is."""
        met = [other for each, other in self._met if each == group]
        if text in met:
            return f"the {'same' if len(met) == 1 else _ordinal(met.index(text))} new one"
        self._met.append((group, text))
        return ("a new one", "another new one")[len(met)] if len(met) < 2 else f"a {_ordinal(len(met))} new one"


def _ordinal(place: int) -> str:
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    return names[place] if place < len(names) else f"{place + 1}th"
