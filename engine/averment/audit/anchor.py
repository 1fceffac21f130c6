"""An anchor: how long a log was and what its head was, kept *elsewhere*.

A chain without a key cannot notice that its end was cut off, or that everything was written anew with fitting
hashes; an anchor that the forger cannot reach can. It is a small JSON file; signed, it also proves who drew it. The
signature is Ed25519 over ``"averment audit anchor 1\\n"`` and the canonical JSON of the members but the signature's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, cast

from averment.audit.errors import ANCHOR, LogError, refused
from averment.audit.log import Clock, DecisionLog
from averment.audit.record import utc_text
from averment.ir.digest import canonical

_PREFIX = b"averment audit anchor 1\n"


@dataclass(frozen=True, slots=True)
class Anchor:
    """``log`` is the log's id, ``head`` the hash of record ``size`` (of none: the genesis), ``time`` when drawn."""

    log: str
    size: int
    head: str
    time: str
    signature: str = ""
    public_key: str = ""

    def signed_bytes(self) -> bytes:
        """What a signature covers."""
        return _PREFIX + canonical(
            {"anchor": 1, "log": self.log, "size": self.size, "head": self.head, "time": self.time}
        )

    def text(self) -> str:
        """The anchor's file: one JSON object."""
        document = {"anchor": 1, "log": self.log, "size": self.size, "head": self.head, "time": self.time}
        if self.signature:
            document |= {"signature": self.signature, "public_key": self.public_key}
        return json.dumps(document, indent=2) + "\n"


def draw(log: DecisionLog, clock: Clock, private_key: bytes = b"") -> Anchor:
    """The anchor of ``log`` as it is now, signed where a private key (PEM) is given.

    Raises LogRefused (AV556) where the key is none, or cryptography is missing.
    """
    head = log.head()
    anchor = Anchor(log.id, head.size, head.hash.hex(), utc_text(clock()))
    if not private_key:
        return anchor
    try:
        from averment.audit.ed25519 import sign

        signature, public = sign(private_key, anchor.signed_bytes())
    except (ImportError, ValueError) as error:
        trouble = _untrusted(error)
    else:
        return replace(anchor, signature=signature.hex(), public_key=public.decode())
    raise trouble


def read_anchor(text: str) -> Anchor:
    """The anchor in a file's text. Raises LogRefused (AV556) where there is none."""
    try:
        loaded: Any = json.loads(text)
    except (ValueError, RecursionError):
        loaded = None
    found = cast(dict[str, Any], loaded) if isinstance(loaded, dict) else {}
    texts = ("log", "head", "time", "signature", "public_key")
    if (
        found.pop("anchor", None) != 1
        or not found.keys() <= {"size", *texts}
        or not found.keys() >= {"size", "log", "head", "time"}
        or type(found["size"]) is not int
        or found["size"] < 0
        or not all(isinstance(found.get(name, ""), str) for name in texts)
    ):
        raise refused(
            ANCHOR, "this is not an anchor of a decision log", "give a file that `averment audit anchor` wrote"
        )
    return Anchor(**found)


def check_signature(anchor: Anchor, public_key: bytes) -> None:
    """Raises LogRefused (AV556) where ``anchor`` is not signed by the holder of this public key (PEM)."""
    try:
        from averment.audit.ed25519 import holds

        good = bool(anchor.signature) and holds(public_key, anchor.signed_bytes(), bytes.fromhex(anchor.signature))
    except (ImportError, ValueError) as error:
        trouble: LogError = _untrusted(error)
    else:
        if good:
            return
        word = "the signature of the anchor does not hold" if anchor.signature else "the anchor is not signed"
        trouble = refused(ANCHOR, word, "take the anchor, and the public key, from where you keep them")
    raise trouble


def check_own_signature(anchor: Anchor) -> None:
    """Raises LogRefused (AV556) where a signed anchor does not hold under the key it names, so that it was altered.

    By whom it was signed that does not tell. Without cryptography nothing is looked at.
    """
    if anchor.signature and anchor.public_key and find_spec("cryptography"):
        check_signature(anchor, anchor.public_key.encode())


def _untrusted(error: Exception) -> LogError:
    if isinstance(error, ImportError):
        return refused(ANCHOR, "signatures need cryptography, which is not installed", "install `averment[log]`")
    return refused(ANCHOR, f"the anchor's signature cannot be handled: {error}")
