"""What every step of a deal does: compare what was read with what is there, change it, write the history, tell.

Each is one commit. Whoever acts says which version they have read; if somebody changed the deal meanwhile, nothing
happens and they are told. So of two people who act at once one wins, and a double click counts once. Whoever locks more
than a deal locks the partner first, then the vendor, then deals by their ids, then what belongs to them. What is found
about a deal (conflicts) is no change of it: else a partner could tell from a refused click that there is one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from deals import announcing
from deals.models import Deal, DealStep

State, Step = Deal.State, DealStep.Step
Changes = Sequence[Sequence[str]]
SAID = frozenset({"protected_until", "duplicate_of", "ended_on", "lost_to", "won_value"})
"""What a person chooses in a step: with another choice it is no second click."""


class NotAllowed(DomainError):
    """The actor's role does not do this."""


class NotPossible(DomainError):
    """The deal's state, its program or a limit stands against it."""


class MovedOn(DomainError):
    """Somebody else did something meanwhile; nothing was done."""


class Discarded(MovedOn):
    """The draft was thrown away meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This draft was discarded meanwhile."))


@dataclass(frozen=True)
class Act:
    """Who acts, when, and which version of the deal they have read."""

    actor: Actor
    now: datetime
    today: date
    seen: int

    @property
    def person(self) -> int:
        if self.actor.user_id is None:
            raise NotAllowed(_("Only a person can do this."))
        return self.actor.user_id


@transaction.atomic
def move(
    deal: Deal,
    act: Act,
    step: DealStep.Step,
    *,
    states: Collection[str],
    text: str = "",
    changes: Changes = (),
    **values: Any,
) -> Deal:
    """Change the deal where it is as it was seen; what a first click has done already is returned. Raises MovedOn."""
    if "state" in values:
        values["since"] = act.now
    as_seen = Deal.objects.filter(pk=deal.pk, version=act.seen, state__in=states)
    if not as_seen.update(version=F("version") + 1, **values):
        return _done_before(deal, act, step, text, changes, values)
    record(deal, step, text=text, author=act.person, now=act.now, changes=changes)
    return fetched(deal.pk)


def record(
    deal: Deal, step: DealStep.Step, *, text: str, author: int | None, now: datetime, changes: Changes = ()
) -> DealStep:
    """Write what happened into the history and tell the other side; in the transaction that changes the deal."""
    made = DealStep.objects.create(
        deal_id=deal.pk, step=step, author_id=author, text=text, at=now, changes=[list(each) for each in changes]
    )
    announcing.tell(deal=fetched(deal.pk), step=made)
    return made


def fetched(pk: int) -> Deal:
    """The deal as it is now, with what mails and pages say of it. Raises Discarded."""
    found = Deal.objects.select_related("partner", "vendor", "enrolment__program", "written_by").filter(pk=pk).first()
    if found is None:
        raise Discarded
    return found


def locked(pk: int) -> Deal:
    """The deal, which nobody else changes until the commit. Raises Discarded."""
    found = Deal.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None:
        raise Discarded
    return found


def _done_before(
    deal: Deal, act: Act, step: DealStep.Step, text: str, changes: Changes, values: Mapping[str, Any]
) -> Deal:
    current = fetched(deal.pk)
    last = current.steps.select_related("author").last()
    if last is not None:
        there = (last.step, last.author_id, last.text, last.changes, current.version)
        if there == (step, act.actor.user_id, text, [list(each) for each in changes], act.seen + 1) and _says(
            current, step, values
        ):
            return current
    raise MovedOn(meanwhile(last))


def _says(current: Deal, step: DealStep.Step, values: Mapping[str, Any]) -> bool:
    """Whether the deal says what the person has chosen; a longer protection is reckoned from the one before."""
    chosen = SAID - {"protected_until"} if step == Step.EXTENDED else SAID
    return all(getattr(current, name) == value for name, value in values.items() if name in chosen)


def meanwhile(last: DealStep | None) -> str:
    if last is None or last.author is None:
        return _("This deal has changed meanwhile. Please look at it once more.")
    return _("%(name)s has changed this deal meanwhile. Please look at it once more.") % {"name": last.author.name}
