"""What waits for partners, found for many of them at once: what a dashboard says to one, a mail says to thousands.

Each thing that waits on a partner's dashboard (`common.registry.attention`) has its source here under the same key.
Filled by the apps in their `AppConfig.ready()`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from common.registry import Registry, Waiting
from programs.models import Vendor

Partners = Mapping[int, str]
"""Companies by their id, with their number."""
Waits = Mapping[int, Sequence[Waiting]]
"""Per id of a company; who is missing has nothing to do."""


@dataclass(frozen=True)
class WaitingSource:
    """What waits because of one thing: `found(partners, vendor, today)`, in the active language.

    It asks the database as often for one company as for thousands, and leaves out what is another vendor's matter.
    `roles`: whom it concerns; none named: everybody in the company.
    """

    key: str
    found: Callable[[Partners, Vendor, date], Waits]
    roles: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class ForRoles:
    """One thing that waits, and for whom."""

    item: Waiting
    roles: tuple[str, ...]

    def concerns(self, held: Collection[str]) -> bool:
        """Whether somebody who holds these roles should look after it."""
        return not self.roles or any(role in self.roles for role in held)


partner_waits: Registry[WaitingSource] = Registry()


def waiting_for(*, partners: Partners, vendor: Vendor, today: date) -> Mapping[int, Sequence[ForRoles]]:
    """What waits for each of these companies because of this vendor or of none, in the order of the sources."""
    found: dict[int, list[ForRoles]] = defaultdict(list)
    for source in partner_waits:
        for partner_id, items in source.found(partners, vendor, today).items():
            found[partner_id] += [ForRoles(item, source.roles) for item in items]
    return found
