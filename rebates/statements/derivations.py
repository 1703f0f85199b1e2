"""How each amount of a statement came about: derivations, the account, and the annex of sale lines, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.formats import NOTHING, date_short, money, number
from common.money import ZERO
from common.period_names import period_name
from rebates import chains, change_wording, explaining, statement_wording
from rebates.documents.statement_pdf import Amount, Annex, Grid, Section
from rebates.statements.facts import Facts, Rebate
from rebates.statements.lines import SoldLine, total_of

Clean = Callable[[str], str]
"""Takes out of a text what must not stand on the paper."""
MOST_LINES = 3_000
"""Sale lines of one document that are printed, sixty pages; the portal has all of them."""
NUMERIC = (False, False, False, False, True, True, True)
WIDTHS = ("auto", "fr", "fr", "fr2", "auto", "auto", "fr")


def sections(facts: Facts, clean: Clean) -> list[Section]:
    """Each rebate, and each correction by hand."""
    found = [_section(each, facts.payout.currency, clean) for each in facts.rebates]
    for moved in facts.manual:
        assert moved.entry.adjustment is not None
        found.append(
            Section(
                title=_("Correction by hand"),
                hint=clean(moved.entry.adjustment.program.name),
                amount=money(moved.amount, facts.payout.currency),
                lines=[clean(moved.entry.adjustment.reason)],
            )
        )
    return found


def _section(rebate: Rebate, currency: str, clean: Clean) -> Section:
    title = clean(f"{rebate.terms}, {period_name(rebate.period)}")
    if rebate.change is None:
        lines = [clean(text) for text in chains.short_lines(rebate.result, rebate.tiers)]
        return Section(title, clean(rebate.program), money(rebate.amount, currency), lines)
    [told] = change_wording.tell(rebate.explained, [rebate.change], lambda _line: "")
    parts = [
        Amount(
            clean(" ".join(part.sentences)),
            "; ".join([*(f"{row.document}: {clean(row.text)}" for row in part.rows), *filter(None, [part.more])]),
            money(part.amount, currency, signed=True),
        )
        for part in told.parts
    ]
    return Section(
        title=title,
        hint=clean(told.title),
        amount=money(rebate.amount, currency, signed=True),
        lines=[],
        compared=Grid(
            heads=[_("What is compared"), _("Before"), _("Now")],
            numeric=(False, True, True),
            rows=[[each.label, each.before, each.after] for each in told.compared],
        ),
        parts=parts,
    )


# --- the account ------------------------------------------------------------------------------------------------------


def account_grid(facts: Facts, clean: Clean) -> Grid:
    """From the balance after the payment before to the balance after this one."""
    currency = facts.payout.currency
    balance = facts.opening
    rows = [["", _("Balance after the payment before"), "", money(balance, currency)]]
    for moved in facts.entries:
        balance += moved.amount
        text = clean(statement_wording.text_of(moved.entry))
        rows.append([date_short(moved.at), text, money(moved.amount, currency, signed=True), money(balance, currency)])
    amount = facts.payout.amount
    text = _("Payment, run %(run)s") % {"run": number(facts.payout.run)}
    rows.append(
        [date_short(facts.payout.requested_on), text, money(-amount, currency), money(balance - amount, currency)]
    )
    return Grid(
        heads=[_("Date"), _("Booked"), _("Amount"), _("Balance")],
        numeric=(False, False, True, True),
        rows=rows,
        strong=(0, len(rows) - 1),
    )


# --- the annex --------------------------------------------------------------------------------------------------------


def annexes(facts: Facts, clean: Clean) -> list[Annex]:
    """The sale lines behind each rebate; none where nothing was sold."""
    found, room = [], MOST_LINES
    for each in facts.rebates:
        if each.lines:
            found.append(_annex(each, facts.payout.currency, clean, room))
            room = max(room - len(each.lines), 0)
    return found


def _annex(rebate: Rebate, currency: str, clean: Clean, room: int) -> Annex:
    """`room`: so many lines are printed at most; what the others bring is one row."""
    values = {"rebate": rebate.terms, "period": period_name(rebate.period)}
    text = _("Annex: sales behind %(rebate)s, %(period)s")
    if rebate.change is not None:
        text = _("Annex: sales that changed %(rebate)s, %(period)s")
    rows = [_row(line, clean) for line in rebate.lines[:room]]
    left = rebate.lines[room:]
    known = total_of([line for line in rebate.lines if line.counts])
    notes: list[str] = []
    if left:
        more = ngettext("%(count)s more sale line", "%(count)s more sale lines", len(left))
        rows.append(["", more % {"count": number(len(left))}, "", "", "", "", _share(_sum(left))])
        said = _("%(printed)s of %(all)s sale lines are printed here, the others are one row; the portal shows all.")
        notes.append(said % {"printed": number(len(rebate.lines) - len(left)), "all": number(len(rebate.lines))})
    if known is None:
        notes.append(
            _("What single sales brought can no longer be told: what they were judged by was corrected since.")
        )
    elif rebate.amount != known:
        rows.append(["", _("other sales together"), "", "", "", "", _share(rebate.amount - known)])
    symbol = formats.currency_symbol(currency)
    heads = [
        _("Day"), _("Document"), _("Distributor"), _("Article"), _("Quantity"), f"{_('Net')} ({symbol})",
        f"{_('Rebate')} ({symbol})",
    ]  # fmt: skip
    total = [_("Total"), "", "", "", "", "", formats.number(rebate.amount, 2)]
    return Annex(clean(text % values), Grid(heads, NUMERIC, rows, total), WIDTHS, note=" ".join(notes))


def _sum(lines: Sequence[SoldLine]) -> Decimal:
    return sum((line.share or ZERO for line in lines), ZERO)


def _row(line: SoldLine, clean: Clean) -> list[str]:
    share = _share(line.share)
    if not line.counts or (line.reason is not None and not line.share):
        share = str(explaining.REASONS[line.reason]) if line.reason is not None else share
    return [
        date_short(line.counts_on), line.document, line.distributor, clean(f"{line.article} {line.product}".strip()),
        number(line.quantity), number(line.net, 2), share,
    ]  # fmt: skip


def _share(amount: Decimal | None) -> str:
    return NOTHING if amount is None else number(amount, 2)
