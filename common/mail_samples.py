"""Of whom the sample data of mails speak: the vendor whose people look at them, otherwise one that stands for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_vendor = ContextVar("vendor_of_samples", default="Lenovo")


def vendor() -> str:
    """The vendor's name in a sample."""
    return _vendor.get()


def program() -> str:
    """The name of a program of that vendor; made up, like the figures."""
    return f"{vendor()} Partnerprogramm"


@contextmanager
def about(vendor: str) -> Iterator[None]:
    """Let samples speak of this vendor."""
    before = _vendor.set(vendor)
    try:
        yield
    finally:
        _vendor.reset(before)
