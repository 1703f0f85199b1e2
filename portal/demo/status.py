"""The demo's weekly mails: everybody was told last week, and the shown partner's people have this week's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from common.models import OutboxMail
from partners.models import Enrolment
from portal.demo.accounts import shown_partner_number
from programs.models import Program
from rebates.live import figures, published_terms, running_versions, together
from rebates.models import WeeklyStatus
from rebates.status import making
from rebates.status.cards import key_of, noted
from rebates.status.mail import STANDING
from rebates.status.weeks import Week

AT_ONCE = 1_000


def write(*, programs: Iterable[Program], today: date, now: datetime) -> None:
    """Last week's mail said what had been sold by then. Of this week's the shown partner's are still to be sent."""
    for program in programs:
        _tell_last_week(program, today, now)
        making.make(program_id=program.pk, now=now, today=today, chunk=AT_ONCE)
    others = OutboxMail.objects.filter(kind=STANDING).exclude(text__contains=f"/{shown_partner_number()}/")
    _fail(others.order_by("pk")[:2], now)
    others.filter(state=OutboxMail.State.PENDING).delete()


def _fail(mails: Iterable[OutboxMail], now: datetime) -> None:
    """For administrators to decide about: one that the server refused, and one after which it fell silent."""
    ends = [(OutboxMail.State.FAILED, "SMTPRecipientsRefused"), (OutboxMail.State.UNCERTAIN, "SMTPServerDisconnected")]
    for mail, (state, error) in zip(mails, ends, strict=True):
        OutboxMail.objects.filter(pk=mail.pk).update(state=state, error=error, attempts=1, claimed_at=now)


def _tell_last_week(program: Program, today: date, now: datetime) -> None:
    week = Week.containing(today - timedelta(days=7))
    told: dict[int, dict[str, object]] = defaultdict(dict)
    for _program, period, versions in together(running_versions(published_terms(programs=[program]), today=today)):
        for figure in figures(versions=versions, period=period, today=today, until=week.monday):
            told[figure.enrolment.pk][key_of(figure)] = noted(figure)
    WeeklyStatus.objects.bulk_create(
        WeeklyStatus(enrolment_id=pk, week=str(week), made_at=now - timedelta(days=7), figures=told[pk])
        for pk in Enrolment.objects.filter(program=program).values_list("pk", flat=True)
    )
