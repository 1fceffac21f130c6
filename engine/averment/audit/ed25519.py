"""Ed25519 signatures (RFC 8032), through cryptography (the extra ``averment[log]``). Keys are PEM texts."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sign(private: bytes, data: bytes) -> tuple[bytes, bytes]:
    """The signature of ``data``, and the public key it verifies with. Raises ValueError for what is no such key."""
    try:
        key = serialization.load_pem_private_key(private, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an unencrypted Ed25519 private key in PEM")
    return key.sign(data), _public_pem(key)


def holds(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``data`` under this key. Raises ValueError for what is no such key."""
    try:
        key = serialization.load_pem_public_key(public)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key in PEM")
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
