"""The one form in which text is compared: Unicode's composed one, NFC (Unicode Standard Annex 15).

What looks the same is then the same, whichever editor, file system or keyboard wrote it. Text takes this form where it
enters: values and names of documents, cells and headings of tables, what is written on the command line.
"""

from __future__ import annotations

from unicodedata import normalize


def composed(text: str) -> str:
    """The text in NFC."""
    return text if text.isascii() else normalize("NFC", text)
