"""Secrets that open something for whoever has them, in links of mails and as tokens: shown once, stored as a digest."""

from __future__ import annotations

import hashlib
import secrets


def generate(prefix: str = "") -> tuple[str, str]:
    """A fresh secret and its digest."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    # The secret has 256 bits of its own: a plain hash is enough, and without salt it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
