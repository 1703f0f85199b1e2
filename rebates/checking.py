"""The hourly check of every vendor's ledger: what must always hold, asked in SQL over everything ever booked.

A breach halts the vendor's money work: nothing is frozen, settled, sealed or adjusted any more, until a person has
looked and a check finds nothing. The triggers and constraints of the tables should make every breach impossible; what
is found here has come past them, by a restored backup or somebody with the owner's rights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from common import outbox
from common.access import Actor
from common.errors import DomainError
from common.models import User
from programs.models import Vendor, VendorStaff
from rebates import mails
from rebates.ledger import lock
from rebates.models import Breach, Ledger
from rebates.rights import MONEY_ROLES, check_handles_money

log = structlog.get_logger(__name__)
EVERY = timedelta(hours=1)
MOST = 100
"""Places of one rule that are kept: more of them say nothing more."""
Rule = Breach.Rule


class StillBroken(DomainError):
    """A check finds a breach still; the money work stays halted."""


class CommentMissing(DomainError):
    """Whoever releases the money work says what was done."""


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that is broken, where, and by how much."""

    rule: Rule
    where: str
    difference: Decimal | None


# Each gives where (a key or a name a person can look up) and by how much, or nothing.
CHECKS: Mapping[Rule, str] = {
    Rule.BALANCED: """
        SELECT entry.key, coalesce(sum(posting.amount), 0)
        FROM rebates_ledgerentry entry LEFT JOIN rebates_posting posting ON posting.entry_id = entry.id
        WHERE entry.vendor_id = %(vendor)s
        GROUP BY entry.id HAVING coalesce(sum(posting.amount), 0) <> 0 OR count(posting.id) < 2""",
    Rule.BOOKED: """
        SELECT concat_ws(' ', program.slug, closing.period, terms.code, partner.number, settlement.period),
               settlement.amount - coalesce(booked.amount, 0)
        FROM rebates_settlement settlement
        JOIN rebates_closing closing ON closing.id = settlement.closing_id
        JOIN programs_program program ON program.id = closing.program_id AND program.vendor_id = %(vendor)s
        JOIN programs_rebateterms terms ON terms.id = settlement.terms_id
        JOIN partners_enrolment enrolment ON enrolment.id = settlement.enrolment_id
        JOIN partners_partner partner ON partner.id = enrolment.partner_id
        LEFT JOIN (
            SELECT entry.settlement_id, entry.vendor_id, entry.partner_id, entry.currency, -posting.amount AS amount
            FROM rebates_ledgerentry entry
            JOIN rebates_posting posting ON posting.entry_id = entry.id AND posting.account = 'owed'
        ) AS booked ON booked.settlement_id = settlement.id
               AND booked.vendor_id = program.vendor_id AND booked.currency = settlement.currency
               AND booked.partner_id = enrolment.partner_id
        WHERE settlement.amount <> coalesce(booked.amount, 0)""",
    Rule.SUMMED: """
        SELECT concat_ws(' ', slug, period, code, number, currency), result - total
        FROM (
            SELECT DISTINCT ON (settlement.enrolment_id, terms.code, settlement.period, settlement.currency)
                   program.slug, settlement.period, terms.code, partner.number, settlement.currency, settlement.result,
                   sum(settlement.amount) OVER same AS total
            FROM rebates_settlement settlement
            JOIN programs_rebateterms terms ON terms.id = settlement.terms_id
            JOIN programs_program program ON program.id = terms.program_id AND program.vendor_id = %(vendor)s
            JOIN partners_enrolment enrolment ON enrolment.id = settlement.enrolment_id
            JOIN partners_partner partner ON partner.id = enrolment.partner_id
            WINDOW same AS (
                PARTITION BY settlement.enrolment_id, terms.code, settlement.period, settlement.currency)
            ORDER BY settlement.enrolment_id, terms.code, settlement.period, settlement.currency, settlement.id DESC
        ) AS last
        WHERE result <> total""",
    Rule.SEALED: """
        SELECT program.slug || ' ' || closing.period, closing.total - coalesce(sum(settlement.amount), 0)
        FROM rebates_closing closing
        JOIN programs_program program ON program.id = closing.program_id AND program.vendor_id = %(vendor)s
        LEFT JOIN rebates_settlement settlement ON settlement.closing_id = closing.id
        WHERE closing.state = 'sealed'
        GROUP BY closing.id, program.slug HAVING closing.total <> coalesce(sum(settlement.amount), 0)""",
    Rule.FINISHED: """
        SELECT DISTINCT program.slug || ' ' || closing.period, NULL::numeric
        FROM rebates_closingitem item
        JOIN rebates_closing closing ON closing.id = item.closing_id AND closing.state IN ('calculated', 'sealed')
        JOIN programs_program program ON program.id = closing.program_id AND program.vendor_id = %(vendor)s
        WHERE item.state <> 'done'""",
    Rule.ADJUSTED: """
        SELECT adjustment.id::text || ' ' || partner.number,
               CASE WHEN adjustment.state = 'booked' THEN adjustment.amount ELSE 0 END - coalesce(booked.amount, 0)
        FROM rebates_manualadjustment adjustment
        JOIN programs_program program ON program.id = adjustment.program_id AND program.vendor_id = %(vendor)s
        JOIN partners_partner partner ON partner.id = adjustment.partner_id
        LEFT JOIN (
            SELECT entry.adjustment_id, entry.partner_id, entry.vendor_id, entry.currency, -posting.amount AS amount
            FROM rebates_ledgerentry entry
            JOIN rebates_posting posting ON posting.entry_id = entry.id AND posting.account = 'owed'
            WHERE entry.kind = 'manual'
        ) AS booked ON booked.adjustment_id = adjustment.id AND booked.partner_id = adjustment.partner_id
               AND booked.vendor_id = program.vendor_id AND booked.currency = adjustment.currency
        WHERE CASE WHEN adjustment.state = 'booked' THEN adjustment.amount ELSE 0 END <> coalesce(booked.amount, 0)""",
    # A closing at work has booked what it settled so far, and carries when it is sealed.
    Rule.CARRIED: """
        SELECT partner.number || ' ' || balance.currency, balance.owed
        FROM (
            SELECT entry.partner_id, entry.currency,
                   sum(posting.amount) FILTER (WHERE posting.account = 'owed') AS owed,
                   coalesce(sum(posting.amount) FILTER (WHERE posting.account = 'carried'), 0) AS carried
            FROM rebates_ledgerentry entry JOIN rebates_posting posting ON posting.entry_id = entry.id
            WHERE entry.vendor_id = %(vendor)s AND posting.account IN ('owed', 'carried')
            GROUP BY entry.partner_id, entry.currency
        ) AS balance
        JOIN partners_partner partner ON partner.id = balance.partner_id
        WHERE (balance.owed > 0 OR balance.carried < 0 OR balance.owed < 0 AND balance.carried > 0)
          AND NOT EXISTS (
            SELECT FROM rebates_settlement settlement
            JOIN rebates_closing closing ON closing.id = settlement.closing_id AND closing.state <> 'sealed'
            JOIN partners_enrolment enrolment ON enrolment.id = settlement.enrolment_id
            WHERE enrolment.partner_id = balance.partner_id AND closing.program_id IN (
                SELECT id FROM programs_program WHERE vendor_id = %(vendor)s))""",
    Rule.PAID: """
        SELECT payment.end_to_end_id, payment.amount
        FROM rebates_payment payment
        LEFT JOIN (
            SELECT entry.payment_id, entry.vendor_id, entry.partner_id, entry.currency,
                   coalesce(sum(posting.amount) FILTER (WHERE posting.account = 'in_payment'), 0) AS under_way,
                   coalesce(sum(posting.amount) FILTER (WHERE posting.account IN ('paid', 'returned')), 0) AS paid
            FROM rebates_ledgerentry entry JOIN rebates_posting posting ON posting.entry_id = entry.id
            WHERE entry.kind <> 'carry'
            GROUP BY entry.payment_id, entry.vendor_id, entry.partner_id, entry.currency
        ) AS booked ON booked.payment_id = payment.id AND booked.vendor_id = payment.vendor_id
               AND booked.partner_id = payment.partner_id AND booked.currency = payment.currency
        WHERE payment.vendor_id = %(vendor)s AND (
            booked.payment_id IS NULL
            OR booked.under_way <> CASE payment.state WHEN 'open' THEN -payment.amount ELSE 0 END
            OR booked.paid <> CASE payment.state WHEN 'paid' THEN -payment.amount ELSE 0 END)""",
    Rule.RUN: """
        SELECT 'run ' || run.number, run.total - coalesce(paid.total, 0)
        FROM rebates_paymentrun run
        LEFT JOIN (
            SELECT run_id, sum(amount) AS total, count(*) AS count FROM rebates_payment GROUP BY run_id
        ) AS paid ON paid.run_id = run.id
        LEFT JOIN rebates_paymentfile file ON file.run_id = run.id AND file.number = 1
        WHERE run.vendor_id = %(vendor)s AND (
            run.total IS DISTINCT FROM paid.total OR run.count IS DISTINCT FROM paid.count
            OR run.sha256 IS DISTINCT FROM encode(sha256(file.content), 'hex'))""",
}


# One statement, which sees one state of the database: what is booked between two questions is no breach.
_EVERY_RULE = " UNION ALL ".join(
    f"(SELECT '{rule}', found.* FROM ({query} ORDER BY 1 LIMIT {MOST}) AS found (place, difference))"  # noqa: S608
    for rule, query in CHECKS.items()
)


def due(*, now: datetime) -> list[int]:
    """Vendors whose ledger was not checked within the last hour, by their ids."""
    fresh = Ledger.objects.filter(checked_at__gt=now - EVERY)
    return list(Vendor.objects.exclude(pk__in=fresh.values("vendor")).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def check(*, vendor_id: int, now: datetime) -> list[Breach]:
    """Check one vendor's ledger and halt its money work on a breach; returns what is newly found.

    A breach that is gone is marked so; the money work goes on only when a person releases it. The ledger is held
    meanwhile, so that of two checks the later one has the last word.
    """
    ledger = lock(vendor_id=vendor_id)
    # Two places of the same name are one for a person who looks.
    found = list({(each.rule, each.where): each for each in look(vendor_id=vendor_id)}.values())
    return _note(ledger, found, now)


def look(*, vendor_id: int) -> list[Found]:
    """What is broken, up to `MOST` places of each rule."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERY_RULE, {"vendor": vendor_id})
        return [Found(Rule(rule), where[:200], difference) for rule, where, difference in cursor.fetchall()]


def _note(ledger: Ledger, found: list[Found], now: datetime) -> list[Breach]:
    vendor_id = ledger.vendor_id
    known = {(each.rule, each.where): each for each in Breach.objects.filter(vendor=vendor_id, gone_at=None)}
    still = {(each.rule.value, each.where) for each in found}
    # Of a rule that is broken in more places than are looked at, nobody knows which are mended.
    full = {rule for rule, count in Counter(each.rule.value for each in found).items() if count >= MOST}
    gone = [breach.pk for key, breach in known.items() if key not in still and breach.rule not in full]
    Breach.objects.filter(pk__in=gone).update(gone_at=now)
    new = Breach.objects.bulk_create(
        Breach(vendor_id=vendor_id, rule=each.rule, where=each.where, difference=each.difference, found_at=now)
        for each in found
        if (each.rule.value, each.where) not in known
    )
    halted_at = ledger.halted_at or (now if found else None)
    Ledger.objects.filter(vendor=vendor_id).update(checked_at=now, halted_at=halted_at)
    if ledger.halted_at is None and found:
        _tell(vendor_id, new, now)
    for breach in new:
        log.error("ledger broken", vendor=vendor_id, rule=breach.rule, where=breach.where)
    return new


def _tell(vendor_id: int, breaches: list[Breach], now: datetime) -> None:
    """Who can release the money work gets a mail, once for each time it is halted."""
    vendor = Vendor.objects.get(pk=vendor_id)
    staff = VendorStaff.objects.filter(vendor=vendor, role__in=MONEY_ROLES).values("user_id")
    for person in User.objects.filter(pk__in=staff, is_active=True).order_by("pk"):
        context = mails.halted(vendor=vendor, breaches=breaches)
        outbox.put(kind=mails.HALTED, period=f"halt {vendor_id} {now.isoformat()}", recipient=person, context=context)


def release(*, vendor: Vendor, actor: Actor, comment: str, now: datetime) -> None:
    """Let the vendor's money work go on after a repair; checked once more first.

    Raises NotAllowed, CommentMissing, StillBroken.
    """
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins let rebates go on."))
    if not comment.strip():
        raise CommentMissing(_("Please say what was found and what was done."))
    with transaction.atomic():
        check(vendor_id=vendor.pk, now=now)
        still = Breach.objects.filter(vendor=vendor, gone_at=None).exists()
        if not still:
            Ledger.objects.filter(vendor=vendor, halted_at__isnull=False).update(
                halted_at=None, released_by=actor.user_id, released_comment=comment.strip()[:1000]
            )
    if still:  # after the commit: what was found is kept
        raise StillBroken(_("The check still finds mistakes. Rebates stay halted."))
