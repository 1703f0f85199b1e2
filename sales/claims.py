"""Asking a vendor about a missing or wrong sale or a doubted settlement, and answering.

Each step is one commit: a message is added, the question moves, the other side's mails are made. Whoever acts says up
to which message they have read; if somebody wrote meanwhile, nothing happens and they are told. So of two people who
answer at once one wins, and a double click counts once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from common import outbox
from common.access import (
    CHANNEL_MANAGER,
    OWNER,
    PARTNER,
    PARTNER_FINANCE,
    SALES,
    VENDOR,
    VENDOR_ADMIN,
    VENDOR_FINANCE,
    Actor,
)
from common.errors import DomainError
from common.models import User
from common.proofs import Proof
from partners.models import Enrolment, Member, Partner
from partners.selectors import currency_of
from programs.deciding import deciders
from programs.models import Distributor, Vendor, VendorStaff
from programs.office_days import office_day_after
from sales import claim_mails
from sales.claim_selectors import corrections_for
from sales.models import Claim, ClaimMessage, SaleLine
from sales.subjects import SubjectKind

State, Step = Claim.State, ClaimMessage.Step
FROM = {
    Step.REPLIED: Claim.UNANSWERED,
    Step.WITHDRAWN: Claim.UNANSWERED,
    Step.ASKED_BACK: (State.OPEN,),
    Step.ACCEPTED: Claim.UNANSWERED,
    Step.DECLINED: Claim.UNANSWERED,
}
"""In which states each step may be taken."""

ASKING_ROLES = (OWNER, SALES, PARTNER_FINANCE)
ANSWERING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
"""Settled amounts are answered by finance too (`may_answer`)."""
MOST_OPEN = 20
"""Questions of one partner to one vendor that may be unanswered at once."""
ANSWERED_WITHIN = 2
"""Days of its office a vendor has for an answer."""


class NotAllowed(DomainError):
    """The actor's role neither asks nor answers such questions."""


class NotTheirVendor(DomainError):
    """The partner takes part in no program of the vendor."""


class AlreadyAsked(DomainError):
    """There is an open question about the same thing already: `claim`."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(_("There is an open question about this already. You can add to it."))


class TooManyOpen(DomainError):
    """The partner has as many unanswered questions to the vendor as it may have."""


class MovedOn(DomainError):
    """Somebody else wrote, answered or withdrew meanwhile; nothing was done."""


class NotACorrection(DomainError):
    """The line is not this partner's, or was booked before the partner asked."""


@dataclass(frozen=True)
class ClaimedSale:
    """What should have been booked, as far as the partner knows. `net`: of the whole line, without VAT."""

    distributor: Distributor | None = None
    document_number: str = ""
    document_date: date | None = None
    article: str = ""
    quantity: Decimal | None = None
    net: Decimal | None = None


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What somebody writes, and the last message they have read (none before the first)."""

    actor: Actor
    text: str
    now: datetime
    seen: int | None = None
    proof: Proof | None = None

    @property
    def sha256(self) -> str:
        return self.proof.sha256 if self.proof is not None else ""


def ask_for_missing(*, partner: Partner, vendor: Vendor, sale: ClaimedSale, said: Said, today: date) -> Claim:
    """Ask the vendor for a sale that no report has. The same question again is the first one.

    Raises `NotAllowed`, `NotTheirVendor`, `TooManyOpen`.
    """
    if not Enrolment.objects.filter(partner=partner, program__vendor=vendor).exists():
        raise NotTheirVendor(_("You take part in no program of %(vendor)s.") % {"vendor": vendor.name})
    claim = Claim(
        vendor=vendor,
        partner=partner,
        kind=Claim.Kind.MISSING,
        key=_key(*vars(sale).values(), said.text, said.sha256),
        currency=currency_of(vendor),
        **vars(sale),
    )
    return _ask(claim, said, today)


def ask_about(*, kind: SubjectKind, subject: Model, said: Said, today: date, sale: ClaimedSale | None = None) -> Claim:
    """Doubt a sale or a settlement, which the caller has fetched as the actor sees it; `sale` says how it should be.

    Raises `NotAllowed`, `AlreadyAsked`, `TooManyOpen`.
    """
    vendor = kind.vendor(subject)
    claim = Claim(
        vendor=vendor,
        partner=kind.partner(subject),
        kind=kind.key,
        subject=subject,
        key=_key(kind.key, subject.pk),
        currency=currency_of(vendor),
        **vars(sale or ClaimedSale()),
    )
    return _ask(claim, said, today)


def _key(*parts: object) -> str:
    return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()


@transaction.atomic
def _ask(claim: Claim, said: Said, today: date) -> Claim:
    _check_member(said.actor, claim)
    # One question of a partner at a time: a double click finds the first one, and the limit holds.
    Partner.objects.select_for_update(no_key=True).get(pk=claim.partner_id)
    unanswered = Claim.objects.filter(vendor=claim.vendor, partner=claim.partner, state__in=Claim.UNANSWERED)
    if (same := unanswered.filter(key=claim.key).first()) is not None:
        first = same.messages.defer("content").first()
        if first is not None and _is_same(first, Step.ASKED, said):
            return same
        raise AlreadyAsked(same)
    if unanswered.count() >= MOST_OPEN:
        raise TooManyOpen(
            _("%(count)s questions to %(vendor)s are unanswered. Please wait for some answers before you ask more.")
            % {"count": MOST_OPEN, "vendor": claim.vendor.name}
        )
    claim.asked_by_id = _person(said.actor)
    claim.asked_at = claim.since = said.now
    claim.due_on = office_day_after(claim.vendor, today, ANSWERED_WITHIN)
    claim.save()
    _tell(claim, _say(claim, Step.ASKED, said))
    return claim


def reply(*, claim: Claim, said: Said, today: date) -> ClaimMessage:
    """The partner answers what the vendor asked back, or adds to its question. After an answer the clock starts anew.

    Raises `NotAllowed`, `MovedOn`.
    """
    _check_member(said.actor, claim)
    clock = (
        {"due_on": office_day_after(claim.vendor, today, ANSWERED_WITHIN)} if claim.state == State.ASKED_BACK else {}
    )
    return _move(claim, Step.REPLIED, said, to=State.OPEN, **clock)


def withdraw(*, claim: Claim, said: Said) -> ClaimMessage:
    """The partner no longer asks; it need not say why. Raises `NotAllowed`, `MovedOn`."""
    _check_member(said.actor, claim)
    return _move(claim, Step.WITHDRAWN, said, to=State.WITHDRAWN)


# --- answering -------------------------------------------------------------------------------------------------------


def ask_back(*, claim: Claim, said: Said) -> ClaimMessage:
    """The vendor needs to know more; until the partner replies, its clock stands still. Raises as `accept`."""
    _check_staff(said.actor, claim)
    return _move(claim, Step.ASKED_BACK, said, to=State.ASKED_BACK)


def accept(*, claim: Claim, said: Said, correcting_line: SaleLine | None) -> ClaimMessage:
    """The partner is right; `correcting_line` shows it what was booked since.

    Raises `NotAllowed`, `MovedOn`, `NotACorrection`.
    """
    _check_staff(said.actor, claim)
    if correcting_line is not None and not corrections_for(claim).filter(pk=correcting_line.pk).exists():
        raise NotACorrection(_("This line was not booked for the partner since it asked."))
    return _move(claim, Step.ACCEPTED, said, to=State.ACCEPTED, correcting_line=correcting_line)


def decline(*, claim: Claim, said: Said) -> ClaimMessage:
    """The partner is not right, and is told why. Raises as `accept`."""
    _check_staff(said.actor, claim)
    return _move(claim, Step.DECLINED, said, to=State.DECLINED)


def may_ask(actor: Actor, partner: Partner) -> bool:
    return actor.has(PARTNER, partner.pk, *ASKING_ROLES)


def may_answer(actor: Actor, claim: Claim) -> bool:
    roles = (*ANSWERING_ROLES, VENDOR_FINANCE) if claim.kind == Claim.Kind.SETTLEMENT else ANSWERING_ROLES
    return actor.has(VENDOR, claim.vendor_id, *roles)


# --- what every step does --------------------------------------------------------------------------------------------


@transaction.atomic
def _move(claim: Claim, step: ClaimMessage.Step, said: Said, *, to: Claim.State, **values: Any) -> ClaimMessage:
    """Compare what was read with what is there, add the message, set the state, tell the other side."""
    current = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    last = current.messages.defer("content").select_related("author").latest("id")
    if _is_same(last, step, said):
        return last
    if last.pk != said.seen or current.state not in FROM[step]:
        raise MovedOn(_meanwhile(last))
    message = _say(claim, step, said)
    if to != current.state:
        values["since"] = said.now
    if step in (Step.ACCEPTED, Step.DECLINED):
        values["answer"] = message
    Claim.objects.filter(pk=claim.pk, state=current.state).update(state=to, **values)
    claim.refresh_from_db(fields=["state", "since", "due_on", "answer", "correcting_line"])
    _tell(claim, message)
    return message


def _say(claim: Claim, step: ClaimMessage.Step, said: Said) -> ClaimMessage:
    return ClaimMessage.objects.create(
        claim=claim,
        step=step,
        author_id=_person(said.actor),
        at=said.now,
        text=said.text,
        file_name=said.proof.file_name if said.proof is not None else "",
        content=said.proof.content if said.proof is not None else None,
        sha256=said.sha256,
    )


def _is_same(message: ClaimMessage, step: ClaimMessage.Step, said: Said) -> bool:
    """Whether this very thing was said already: a double click."""
    there = (message.step, message.author_id, message.text, message.sha256)
    return there == (step, said.actor.user_id, said.text, said.sha256)


def _meanwhile(last: ClaimMessage) -> str:
    name = {"name": last.author.name}
    if last.step in (Step.ACCEPTED, Step.DECLINED):
        return _("%(name)s has answered this question meanwhile.") % name
    if last.step == Step.WITHDRAWN:
        return _("%(name)s has withdrawn this question meanwhile.") % name
    return _("%(name)s has written meanwhile. Please read it, then send yours again.") % name


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(_("Only a person can ask or answer."))
    return actor.user_id


def _check_member(actor: Actor, claim: Claim) -> None:
    if not may_ask(actor, claim.partner):
        raise NotAllowed(_("Only owners, sales and bookkeeping of the company ask questions."))


def _check_staff(actor: Actor, claim: Claim) -> None:
    if not may_answer(actor, claim):
        raise NotAllowed(_("Only channel managers and vendor admins answer, and finance where money was settled."))


# --- telling the other side ------------------------------------------------------------------------------------------

_MAILS = {
    Step.ASKED: claim_mails.ASKED,
    Step.REPLIED: claim_mails.REPLIED,
    Step.ASKED_BACK: claim_mails.ASKED_BACK,
    Step.ACCEPTED: claim_mails.ANSWERED,
    Step.DECLINED: claim_mails.ANSWERED,
}


def _tell(claim: Claim, message: ClaimMessage) -> None:
    """Make the mails of a message; a question that is withdrawn only disappears from lists."""
    kind = _MAILS.get(Step(message.step))
    if kind is None:
        return
    context = claim_mails.told(claim=claim, message=message)
    for person in _askers(claim) if message.of_vendor else _staff(claim):
        outbox.put(kind=kind, period=f"claim {claim.pk} message {message.pk}", recipient=person, context=context)


def _askers(claim: Claim) -> list[User]:
    """Who asked; once that person has left the company, its owners."""
    members = Member.objects.filter(partner=claim.partner, left_on__isnull=True, user__is_active=True)
    asker = members.filter(user=claim.asked_by_id)
    return _people(asker if asker.exists() else members.filter(role=Member.Role.OWNER))


def _staff(claim: Claim) -> list[User]:
    """Channel managers, for settled amounts finance too; the vendor's admins where there is nobody else."""
    more = [VendorStaff.Role.FINANCE] if claim.kind == Claim.Kind.SETTLEMENT else []
    return deciders(claim.vendor_id, *more)


def _people(rows: QuerySet[Any]) -> list[User]:
    return list(User.objects.filter(pk__in=rows.values("user_id")).order_by("pk"))
