"""Making statements: of every payment that was given to the bank, once; and anew where one was wrong.

A payment is claimed with its lock, its documents are rendered and kept, and its mails put into the outbox, in one
commit of a few payments: it may be killed, repeated or done by several workers at once, and each document is made once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from common import outbox
from common.access import Actor
from common.errors import DomainError
from common.outbox import Addressee
from rebates import statement_mails as mails
from rebates.documents.statement_pdf import Sheet, pdf, pdfs, rows_of
from rebates.mails import told
from rebates.models import Payment, PaymentRun, Statement, StatementFailure
from rebates.rights import check_handles_money
from rebates.statements.covered import Covered, covered_by
from rebates.statements.errors import CorrectedAlready, ReasonMissing
from rebates.statements.facts import Facts, documents_of, facts_of
from rebates.statements.words import Paper, sheet_of

log = structlog.get_logger(__name__)
GIVEN = (PaymentRun.State.EXPORTED, PaymentRun.State.SETTLED)
PREFIXES = {Statement.Document.BONUS: "BS", Statement.Document.SELF_BILLED: "SS"}
TRY_AGAIN_AFTER = timedelta(hours=1)
MOST_ROWS = 3_000
"""Sale lines in the documents of one commit, after which it takes no further payment: ten seconds of a busy machine. A
commit that takes longer than its task may would never end, and begin anew with every tick.
"""


def waiting(*, now: datetime) -> QuerySet[Payment]:
    """Payments that were given to the bank and have no statement; those that failed lately have their time."""
    made = Statement.objects.filter(payment=OuterRef("pk"))
    failed = StatementFailure.objects.filter(payment=OuterRef("pk"), tried_at__gt=now - TRY_AGAIN_AFTER)
    given = Payment.objects.filter(run__state__in=GIVEN)
    return given.filter(~Exists(made), ~Exists(failed)).order_by("pk")


def make_statements(*, now: datetime, chunk: int, go_on: Callable[[], bool]) -> int:
    """Make what waits, `chunk` payments a commit, while `go_on` says so; returns how many payments were looked at."""
    looked_at, after = 0, 0
    while go_on():
        found = make_some(now=now, limit=chunk, after=after)
        if not found:
            break
        looked_at, after = looked_at + len(found), found[-1]
    return looked_at


@transaction.atomic
def make_some(*, now: datetime, limit: int, after: int = 0) -> list[int]:
    """The statements of up to `limit` payments with ids above `after` that nobody else works on; returns their ids.

    They are fewer where they have many sale lines; the others are left for the next commit.
    """
    rows = waiting(now=now).filter(pk__gt=after).select_related("run", "vendor", "partner")
    payments = list(rows.select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit])
    # Between the search and the lock somebody else may have made them.
    done = set(Statement.objects.filter(payment__in=payments).values_list("payment", flat=True))
    drafts: list[_Draft] = []
    looked_at: list[int] = []
    for payment in payments:
        if sum(rows_of(draft.sheet) for draft in drafts) >= MOST_ROWS:
            break
        drafts += _drafts_or_failure(payment, now) if payment.pk not in done else []
        looked_at.append(payment.pk)
    tell(statements=_kept(drafts, now))
    return looked_at


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document that is not rendered yet. `corrects` and `actor`: of a correction."""

    payment: Payment
    facts: Facts
    paper: Paper
    sheet: Sheet
    corrects: Statement | None = None
    actor: Actor | None = None


def _drafts_or_failure(payment: Payment, now: datetime) -> list[_Draft]:
    """One payment that cannot be told does not hold up the others."""
    try:
        with transaction.atomic():
            covered = covered_by(payment)
            return [
                _draft(payment, covered, document, Paper(f"{PREFIXES[document]}-{_place(payment)}", now))
                for document in documents_of(covered)
            ]
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this payment's alone and holds up no other
        said = f": {error}" if isinstance(error, DomainError) else ""
        _failed(payment, f"{type(error).__name__}{said}", now)
        return []


def _place(payment: Payment) -> str:
    return f"{payment.run.number}-{payment.partner.number}"


def _draft(
    payment: Payment,
    covered: Covered,
    document: Statement.Document,
    paper: Paper,
    corrects: Statement | None = None,
    actor: Actor | None = None,
) -> _Draft:
    facts = facts_of(payment, covered=covered, document=document)
    with override(payment.partner.language):
        return _Draft(payment, facts, paper, sheet_of(facts, paper), corrects, actor)


def _kept(drafts: Sequence[_Draft], now: datetime) -> list[Statement]:
    """Render and keep them; a payment of which one document cannot be rendered gets none now."""
    rendered = list(zip(drafts, pdfs([draft.sheet for draft in drafts]), strict=True))
    broken = {draft.payment.pk: draft for draft, content in rendered if content is None}
    for draft in broken.values():
        _failed(draft.payment, "NotRendered", now)
    made = [_statement(draft, content) for draft, content in rendered if content and draft.payment.pk not in broken]
    StatementFailure.objects.filter(payment__in=[each.payment_id for each in made]).delete()
    return made


def _failed(payment: Payment, reason: str, now: datetime) -> None:
    StatementFailure.objects.update_or_create(payment=payment, defaults={"reason": reason[:300], "tried_at": now})
    log.warning("no statement made", payment=payment.pk, error=reason.partition(":")[0])


def _statement(draft: _Draft, content: bytes) -> Statement:
    payment, paper = draft.payment, draft.paper
    return Statement.objects.create(
        vendor=payment.vendor, partner=payment.partner, payment=payment, document=draft.facts.document,
        number=paper.number, language=draft.sheet.language, currency=payment.currency, amount=draft.facts.amount,
        issued_on=timezone.localdate(paper.made_at), content=content, sha256=hashlib.sha256(content).hexdigest(),
        made_at=paper.made_at, corrects=draft.corrects, reason=paper.reason,
        made_by_id=draft.actor.user_id if draft.actor is not None else None,
    )  # fmt: skip


@transaction.atomic
def correct(*, statement_id: int, reason: str, actor: Actor, now: datetime) -> Statement:
    """Make the document anew from what is recorded by now; it names the one it replaces, and why.

    Raises NotAllowed, ReasonMissing, CorrectedAlready, DoesNotAddUp, NotRendered.
    """
    rows = Statement.objects.select_related("payment__run", "payment__vendor", "payment__partner")
    statement = rows.select_for_update(of=("self",), no_key=True).get(pk=statement_id)
    check_handles_money(actor, statement.vendor_id, _("Only finance and vendor admins correct statements."))
    if not reason.strip():
        raise ReasonMissing(_("Please say why: it stands in the new document."))
    if Statement.objects.filter(corrects=statement).exists():
        raise CorrectedAlready(_("This statement was corrected already. Please correct the latest one."))
    payment = statement.payment
    earlier = Statement.objects.filter(payment=payment, document=statement.document).count()
    first = Statement.objects.get(payment=payment, document=statement.document, corrects__isnull=True)
    paper = Paper(f"{first.number}-{earlier + 1}", now, corrects=statement.number, reason=reason.strip()[:500])
    document = Statement.Document(statement.document)
    draft = _draft(payment, covered_by(payment), document, paper, corrects=statement, actor=actor)
    made = _statement(draft, pdf(draft.sheet))
    tell(statements=[made])
    return made


def tell(*, statements: Sequence[Statement]) -> None:
    """Owners and bookkeeping by mail, and the bookkeeping's own address with the PDF. In the caller's commit."""
    people = told(partners={each.partner_id for each in statements})
    letters = []
    for each in statements:
        context = mails.about(statement=each, total=each.payment.amount)
        period = f"{mails.PERIOD}{each.pk}"
        letters += [(period, person, context) for person in people.get(each.partner_id, [])]
        if address := each.partner.bookkeeping_email:
            addressee = Addressee(email=address.lower(), language=each.partner.language)
            outbox.put(kind=mails.STATEMENT, period=period, recipient=addressee, context=context, in_bulk=True)
    outbox.put_all(kind=mails.STATEMENT, letters=letters)
