"""Fired masks as the ids of rules: the bits put in the order of the ids, then a byte at a time from tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class FiredTexts:
    """Texts of masks: the ids of the rules that fired, sorted, each as ``shown``, with ``separator`` between them."""

    def __init__(self, rules: Sequence[str], shown: Sequence[str], separator: str) -> None:
        self._separator = separator
        self._order = sorted(range(len(rules)), key=lambda place: rules[place])
        self._texts = [f"{shown[place]}{separator}" for place in self._order]
        self._tables: list[dict[int, str]] = [{} for _ in range((len(rules) + 7) // 8)]

    def of(self, masks: Sequence[bytes]) -> list[str]:
        """The text of each mask."""
        if not masks or not self._tables:
            return [""] * len(masks)
        packed = np.frombuffer(b"".join(masks), np.uint8).reshape(len(masks), -1)
        bits = np.unpackbits(packed, axis=1, bitorder="little")[:, self._order]
        found = [""] * len(masks)
        columns = np.packbits(bits, axis=1, bitorder="little").T.tolist()
        for place, (table, column) in enumerate(zip(self._tables, columns, strict=True)):
            for byte in set(column) - table.keys():
                table[byte] = self._text(8 * place, byte)
            found = [text + table[byte] for text, byte in zip(found, column, strict=True)]
        cut = len(self._separator)
        return [text[:-cut] if text else text for text in found]

    def _text(self, place: int, byte: int) -> str:
        return "".join(text for bit, text in enumerate(self._texts[place : place + 8]) if byte >> bit & 1)
