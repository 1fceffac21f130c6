"""Fired masks as the ids of rules: the bits put in the order of the ids, then a byte at a time from tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Array, pa, pc


class FiredTexts:
    """Texts of masks: the ids of the rules that fired, sorted, each as ``shown``, with ``separator`` between them."""

    def __init__(self, rules: Sequence[str], shown: Sequence[str], separator: str) -> None:
        self._order = sorted(range(len(rules)), key=lambda place: rules[place])
        texts = [shown[place] for place in self._order]
        self._tables = [_texts(texts[start : start + 8], separator) for start in range(0, len(texts), 8)]

    def of(self, masks: Codes) -> Array:
        """The text of each mask (rows × bytes)."""
        found: list[Array] = []
        bits = np.unpackbits(masks, axis=1, bitorder="little")[:, self._order]
        some = np.zeros(len(masks), np.int32)
        for table, column in zip(self._tables, np.packbits(bits, axis=1, bitorder="little").T, strict=True):
            found.append(table.take(pa.array(some + column)))
            some[column > 0] = _AFTER
        return pc.binary_join_element_wise(*found, "") if found else pa.array([""] * len(masks), pa.string())


_AFTER = 256  # where in a table the texts are that follow others


def _texts(shown: Sequence[str], separator: str) -> Array:
    """The text of each byte, if no rule before it fired, and then the same if one did."""
    texts = [separator.join(text for bit, text in enumerate(shown) if byte >> bit & 1) for byte in range(_AFTER)]
    return pa.array([*texts, *(separator + text if text else "" for text in texts)], pa.string())
