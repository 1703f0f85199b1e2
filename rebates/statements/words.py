"""A statement in its reader's words: the sheet that is printed, in the active language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import formats
from common.formats import date_short, money
from common.period_names import period_name
from rebates.documents.statement_pdf import Amount, Grid, Sheet
from rebates.models import Statement
from rebates.statements import vat
from rebates.statements.derivations import account_grid, annexes, sections
from rebates.statements.facts import Facts, Payout, Receiver, Sender
from rebates.statements.vat import Without

_WORD = re.compile(r"gutschrift", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paper:
    """What the document is as a paper. `corrects` and `reason`: of the one that it replaces, else empty."""

    number: str
    made_at: datetime
    corrects: str = ""
    reason: str = ""


def without_the_word(text: str) -> str:
    """The text without “Gutschrift”: on paper the word makes an invoice of it (§ 14 (2) UStG) and VAT owed (§ 14c).

    For whatever the vendor's people have typed, and for sentences that other pages say too. Names of companies and
    numbers of documents stay as they are.
    """
    return _WORD.sub(lambda match: "Korrektur" if match[0][0].isupper() else "korrektur", text)


def sheet_of(facts: Facts, paper: Paper) -> Sheet:
    """The whole document in the active language."""
    kind = title_of(facts.document)
    head = facts.sender.letterhead
    currency = facts.payout.currency
    return Sheet(
        language=formats.active_locale().language,
        title=f"{kind} {paper.number}",
        author=facts.sender.name,
        made_at=timezone.localtime(paper.made_at),
        colour=head.colour,
        sender=" · ".join(part for part in (facts.sender.name, head.street, _place(head.postcode, head.city)) if part),
        recipient=_recipient(facts.receiver),
        info=_info(facts, paper),
        subject=f"{kind} {paper.number}",
        intro=_intro(facts, paper),
        heads={
            "summary": _("Summary"),
            "payment": _("Payment"),
            "tax": _("VAT"),
            "rebates": _("How the amounts came about"),
            "account": _("Your account"),
        },
        summary=_summary(facts),
        total=Amount(_("Payment"), "", money(facts.payout.amount, currency)),
        payment=_payment(facts.payout),
        tax=_tax_grid(facts.tax, currency),
        notes=_notes(facts),
        sections=sections(facts, without_the_word),
        account=account_grid(facts, without_the_word),
        annexes=annexes(facts, without_the_word),
        footer=_footer(facts.sender),
        page_of=(pgettext("page 1 of 3", "Page"), pgettext("page 1 of 3", "of")),
        logo=bytes(head.logo),
    )


def title_of(document: str) -> str:
    """What the document calls itself."""
    if document == Statement.Document.SELF_BILLED:
        return _("Statement of services")
    return _("Bonus statement")


def _place(postcode: str, city: str) -> str:
    return " ".join(part for part in (postcode, city) if part)


def _recipient(receiver: Receiver) -> list[str]:
    lines = [receiver.name, _("Bookkeeping"), receiver.street, _place(receiver.postcode, receiver.city)]
    if receiver.country and receiver.country != vat.GERMANY:
        lines.append(formats.country(receiver.country))
    return [line for line in lines if line]


def _info(facts: Facts, paper: Paper) -> list[tuple[str, str]]:
    rows = [
        (_("Number"), paper.number),
        (_("Date"), date_short(paper.made_at)),
        (_("Partner number"), facts.receiver.number),
        (_("Payment run"), formats.number(facts.payout.run)),
    ]
    if facts.receiver.vat_id:
        rows.append((_("Your VAT id"), facts.receiver.vat_id))
    return rows


def _intro(facts: Facts, paper: Paper) -> list[str]:
    found = []
    if paper.corrects:
        text = _("This document corrects and replaces number %(number)s. Reason: %(reason)s")
        found.append(text % {"number": paper.corrects, "reason": without_the_word(paper.reason)})
    values = {
        "amount": money(facts.payout.amount, facts.payout.currency),
        "day": date_short(facts.payout.value_date or facts.payout.requested_on),
    }
    if facts.document == Statement.Document.SELF_BILLED:
        text = _("This document shows what the payment of %(amount)s on %(day)s is made of. It is no invoice.")
    else:
        text = _("This document shows what the payment of %(amount)s on %(day)s is made of.")
    return [*found, text % values]


def _summary(facts: Facts) -> list[Amount]:
    currency = facts.payout.currency
    rows = []
    if facts.opening:
        rows.append(Amount(_("Balance brought forward"), "", money(facts.opening, currency)))
    for each in facts.rebates:
        period = period_name(each.period)
        if each.change is not None:
            hint = _("adjustment of %(period)s, with the closing of %(closing)s")
            values = {"period": period, "closing": period_name(each.closing)}
            text, hint = f"{each.terms}, {period}", hint % values
        else:
            text, hint = f"{each.terms}, {period}", each.program
        rows.append(Amount(without_the_word(text), without_the_word(hint), money(each.amount, currency)))
    for moved in facts.manual:
        assert moved.entry.adjustment is not None
        reason = without_the_word(moved.entry.adjustment.reason)
        rows.append(Amount(_("Correction by hand"), reason, money(moved.amount, currency)))
    for moved in facts.anew:
        assert moved.entry.payment is not None
        hint = _("An earlier document has said what it is made of.")
        text = _("Payment of run %(run)s that came back") % {"run": formats.number(moved.entry.payment.run.number)}
        rows.append(Amount(text, hint, money(moved.amount, currency)))
    if facts.elsewhere:
        rows.append(Amount(_("In the other document about this payment"), "", money(facts.elsewhere, currency)))
    return rows


def _payment(payout: Payout) -> list[tuple[str, str]]:
    rows = [(_("Amount"), money(payout.amount, payout.currency))]
    if payout.value_date is not None:
        rows.append((_("Value date"), date_short(payout.value_date)))
    else:
        rows.append((_("Given to the bank for"), date_short(payout.requested_on)))
    rows += [
        (_("Account"), f"{payout.iban}, {payout.holder}"),
        (_("Reference"), payout.reference),
    ]
    return rows


# --- VAT --------------------------------------------------------------------------------------------------------------


def _tax_grid(rows: Sequence[vat.Row], currency: str) -> Grid | None:
    """What is contained, by rate; None where nothing is."""
    taxed = [row for row in rows if row.rate is not None]
    if not taxed:
        return None
    heads = [_("Rate"), _("Amount with VAT"), _("Amount without VAT"), _("VAT contained")]
    lines = [
        [formats.percent(row.rate), *(money(amount, currency) for amount in (row.gross, row.net, row.tax))]
        for row in taxed
    ]
    return Grid(heads, (False, True, True, True), lines)


def _notes(facts: Facts) -> list[str]:
    if facts.document == Statement.Document.SELF_BILLED:
        return [_("VAT is not part of this payment.")]
    found = []
    if any(row.rate is not None for row in facts.tax):
        found.append(
            _(
                "The bonus reduces what you paid for your purchases (§ 17 UStG). "
                "Please correct your deduction of input tax by the VAT contained."
            )
        )
    alone = len(facts.tax) == 1
    found += [_without(row, facts.payout.currency, alone=alone) for row in facts.tax if row.without is not None]
    if facts.opening or facts.anew:
        found.append(_("For amounts that an earlier document has explained, the VAT stands there."))
    return found


def _without(row: vat.Row, currency: str, *, alone: bool) -> str:
    if row.without == Without.SMALL_BUSINESS:
        text = _(
            "Your company is recorded as a small business (§ 19 UStG): no VAT is shown, and no input tax has to be "
            "corrected."
        )
    elif row.without == Without.ABROAD:
        text = _(
            "Your company was registered in %(country)s: no German VAT is shown. Your tax adviser can say how the "
            "amount is taxed there."
        ) % {"country": formats.country(row.country)}
    else:
        text = _("Where your company was registered is not recorded: no VAT is shown.")
    return text if alone else _("For %(amount)s: %(text)s") % {"amount": money(row.gross, currency), "text": text}


def _footer(sender: Sender) -> list[list[str]]:
    head = sender.letterhead
    columns = [
        [sender.name, head.street, _place(head.postcode, head.city)],
        [head.register],
        [
            _("VAT id: %(number)s") % {"number": head.vat_id} if head.vat_id else "",
            head.email,
            head.phone,
        ],
    ]
    return [[line for line in column if line] or [""] for column in columns]
