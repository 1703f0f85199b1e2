"""Questions in words: what they are about, whose turn it is, and what should have been booked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.ui import Fact, Tone
from sales.models import Claim, ClaimMessage, SaleLine
from sales.subjects import subjects

State = Claim.State
TONES: dict[str, Tone] = {
    State.OPEN: "info",
    State.ASKED_BACK: "warning",
    State.ACCEPTED: "success",
    State.DECLINED: "neutral",
    State.WITHDRAWN: "neutral",
}
STEP_TONES: dict[str, Tone] = {
    ClaimMessage.Step.ASKED_BACK: "warning",
    ClaimMessage.Step.ACCEPTED: "success",
}


def title_of(claim: Claim) -> str:
    """What the question is about, in one line."""
    if claim.kind != Claim.Kind.MISSING:
        return subjects[claim.kind].label(claim.subject)
    named = [claim.document_number, claim.article]
    if claim.distributor is not None:
        named.append(claim.distributor.name)
    return ", ".join(filter(None, named))


def state_for_partner(claim: Claim) -> str:
    if claim.state == State.OPEN:
        return _("Waits for %(name)s") % {"name": claim.vendor.name}
    return _("Waits for your answer") if claim.state == State.ASKED_BACK else _ended(claim)


def state_for_vendor(claim: Claim) -> str:
    if claim.state == State.ASKED_BACK:
        return _("Waits for %(name)s") % {"name": claim.partner.name}
    return _("Waits for your answer") if claim.state == State.OPEN else _ended(claim)


def _ended(claim: Claim) -> str:
    return {State.ACCEPTED: _("Accepted"), State.DECLINED: _("Declined"), State.WITHDRAWN: _("Withdrawn")}[
        State(claim.state)
    ]


def step_in_words(message: ClaimMessage, name: str) -> str:
    """A heading of the thread: who did what."""
    words = {
        ClaimMessage.Step.ASKED: _("%(name)s asked"),
        ClaimMessage.Step.ASKED_BACK: _("%(name)s asked back"),
        ClaimMessage.Step.REPLIED: _("%(name)s wrote"),
        ClaimMessage.Step.ACCEPTED: _("%(name)s agreed"),
        ClaimMessage.Step.DECLINED: _("%(name)s declined"),
        ClaimMessage.Step.WITHDRAWN: _("%(name)s withdrew the question"),
    }
    return words[ClaimMessage.Step(message.step)] % {"name": name}


@dataclass(frozen=True)
class Entry:
    """A message of the thread as it is shown."""

    heading: str
    side: str
    at: datetime
    text: str
    tone: Tone
    file_name: str = ""
    file_url: str = ""


def entries(claim: Claim, thread: Sequence[ClaimMessage], file_url: Callable[[ClaimMessage], str]) -> list[Entry]:
    return [
        Entry(
            heading=step_in_words(message, message.author.name),
            side=claim.vendor.name if message.of_vendor else claim.partner.name,
            at=message.at,
            text=message.text,
            tone=STEP_TONES.get(message.step, "neutral"),
            file_name=message.file_name,
            file_url=file_url(message) if message.file_name else "",
        )
        for message in thread
    ]


def claimed_facts(claim: Claim) -> list[Fact]:
    """What should have been booked; where a booked sale says something else, that stands beside it."""
    booked = claim.subject if claim.kind == Claim.Kind.SALE else None
    facts = [
        Fact(_("Distributor"), claim.distributor.name if claim.distributor is not None else ""),
        _fact(_("Document"), claim.document_number, booked and booked.document_number),
        _fact(
            _("Document date"),
            formats.date_short(claim.document_date) if claim.document_date else "",
            booked and formats.date_short(booked.document_date),
        ),
        _fact(_("Article"), claim.article, booked and (booked.article or booked.product.article)),
        _fact(_("Quantity"), _number(claim.quantity), booked and formats.number(booked.quantity)),
        _fact(_("Net"), _net(claim), booked and formats.money(booked.net, booked.currency)),
    ]
    return [fact for fact in facts if fact.value]


def _fact(label: str, value: str, booked: str | None) -> Fact:
    hint = _("booked: %(value)s") % {"value": booked} if booked is not None and booked != value else ""
    return Fact(label, value, hint=hint)


def _number(value: Decimal | None) -> str:
    return "" if value is None else formats.number(value)


def _net(claim: Claim) -> str:
    return "" if claim.net is None else formats.money(claim.net, claim.currency)


def line_in_words(line: SaleLine) -> str:
    """A booked line as a choice: article, quantity, net, document and day."""
    return " · ".join(
        [
            f"{line.product.article} {line.product.name}",
            _("quantity %(count)s") % {"count": formats.number(line.quantity)},
            formats.money(line.net, line.currency),
            line.document_number,
            formats.date_short(line.document_date),
        ]
    )


def line_facts(line: SaleLine) -> list[Fact]:
    """A booked line as it counts."""
    net = formats.money(line.net, line.currency) if line.net is not None else _("no value reported")
    return [
        Fact(_("Product"), line.product.name, hint=line.product.article),
        Fact(_("Quantity"), formats.number(line.quantity), numeric=True),
        Fact(_("Net"), net, numeric=True),
        Fact(_("Counts on"), formats.date_long(line.counts_on)),
    ]
