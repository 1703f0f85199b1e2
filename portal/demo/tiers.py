"""What the demo's partners have for their tiers beside sales: case studies, checks and one decision; then assessed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import F

from common.access import CHANNEL_MANAGER, Actor
from common.dated import since
from common.models import User
from partners.models import Enrolment, EnrolmentTier
from portal.demo.programs import LENOVO, SNOM
from programs.models import Program, VendorStaff
from tiers import deciding
from tiers.assessing import assess_due
from tiers.models import CaseStudy, ManualCheck, TierMove

DECIDED_FOR = timedelta(days=180)
TOLD = (
    ("Neue Telefonanlage im laufenden Betrieb", "Umstellung auf IP-Telefone an einem Wochenende."),
    ("Ein Standort zieht um, die Nummern bleiben", "48 Arbeitsplätze, am Montag waren alle wieder erreichbar."),
    ("Schnurlos auf drei Stockwerken", "Messung vor Ort, zwölf Basisstationen, keine Funklöcher mehr im Lager."),
    ("Aus vier Anlagen wird eine", "Ein Händler mit vier Filialen telefoniert intern und verbindet ohne Umweg."),
    ("Arztpraxis mit Warteschlange", "Anrufer hören, der wievielte sie sind; das Team sieht, wer wartet."),
    ("Homeoffice an der Durchwahl", "Dieselbe Nummer im Büro und zu Hause, eingerichtet in zwei Tagen."),
)


def write(*, programs: Mapping[str, Program], today: date, now: datetime) -> None:
    """Assessed at the end; of what is found then, mails are not made: they would be dozens at once."""
    _agreements(programs[LENOVO], now)
    _case_studies(programs[SNOM])
    _decision(programs[LENOVO], today, now)
    for program in Program.objects.order_by("slug"):
        assess_due(program=program, today=today)
    TierMove.objects.exclude(announced=F("state")).update(announced=F("state"))


def _manager(program: Program) -> User:
    staff = VendorStaff.objects.filter(vendor=program.vendor, role=CHANNEL_MANAGER)
    return staff.select_related("user").order_by("pk")[0].user


def _holding(program: Program, *codes: str) -> list[EnrolmentTier]:
    """Who holds one of these tiers today, with the day since when."""
    held = EnrolmentTier.objects.filter(enrolment__program=program, tier__code__in=codes, valid__upper_inf=True)
    return list(held.order_by("enrolment__partner__number"))


def _agreements(program: Program, now: datetime) -> None:
    """Premium partners have an agreement with Lenovo that somebody has seen; a paper of one is being looked for."""
    manager = _manager(program)
    ManualCheck.objects.bulk_create(
        ManualCheck(
            enrolment_id=held.enrolment_id, code="agreement", evidence="Unterschriebene Vereinbarung liegt vor",
            valid=since(held.valid.lower), checked_by=manager, checked_at=now,
        )
        for held in _holding(program, "premium")[1:]
    )  # fmt: skip


def _case_studies(program: Program) -> None:
    """Silver and Gold partners supplied theirs on the day their tier began."""
    manager = _manager(program)
    CaseStudy.objects.bulk_create(
        CaseStudy(
            enrolment_id=held.enrolment_id, title=title, text=text, consent=True, written_by=manager,
            decided_by=manager, state=CaseStudy.State.ACCEPTED, accepted_on=held.valid.lower,
        )
        for held, (title, text) in zip(_holding(program, "silver", "gold"), itertools.cycle(TOLD), strict=False)
    )  # fmt: skip


def _decision(program: Program, today: date, now: datetime) -> None:
    """A registered partner is Premium for half a year while its agreement is being negotiated."""
    registered = [held.enrolment_id for held in _holding(program, "registered")]
    enrolment = Enrolment.objects.filter(pk__in=registered)
    deciding.decide(
        enrolment=enrolment.filter(statuses__status="active", statuses__valid__contains=today).order_by("pk")[0],
        tier=program.tiers.get(code="premium"), until=today + DECIDED_FOR,
        reason="Vereinbarung wird verhandelt", actor=Actor.of(_manager(program)), today=today, now=now,
    )  # fmt: skip
