"""What the keys of customers depend on, as a short text: stored beside keys, it tells which have to be made anew."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def fingerprint() -> str:
    """Another one after any change of the vocabulary, of the rules, or of the list of public suffixes."""
    digest = hashlib.sha256(version("publicsuffixlist").encode())
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]
