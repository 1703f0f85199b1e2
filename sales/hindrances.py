"""What keeps a partner from being merged as long as it is open: apps above register what they own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from common.registry import Registry
from partners.models import Partner
from programs.models import Vendor


@dataclass(frozen=True)
class Hindrance:
    """`sentence`: what is still open of the partner at the vendor, and what to do; empty where nothing is."""

    key: str
    sentence: Callable[[Vendor, Partner], str]
    order: int = 100


hindrances: Registry[Hindrance] = Registry()
