"""Trainings of the demo: Snom with seats, certificates and a waiting list, and one of Lenovo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from common.access import Actor
from common.models import User
from common.periods import months_after
from common.proofs import Proof
from partners.models import EnrolmentStatus, EnrolmentTier, Member, Partner
from portal.demo import accounts
from portal.demo.companies import SHOWN
from programs.models import Program
from trainings import attendance, bookings, catalogue, certificates
from trainings.catalogue import Offer, Schedule
from trainings.certificates import Paper
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate

ACADEMY = "Akademie für Kommunikationstechnik Dresden"
HELD_AGO = 150
"""Days since Snom's last training."""
EXPIRES_IN = 40
"""Days until the certificate of the shown company's technician ends."""
LENOVO_OFFER = Offer(
    name="Top-Seller im Beratungsgespräch",
    name_en="Top sellers in a consultation",
    description="Welches Gerät zu welchem Kunden passt, mit Beispielen aus dem laufenden Quartal.",
    description_en="Which device suits which customer, with examples from the running quarter.",
    days=Decimal("0.5"),
    audience=("owner", "sales"),
)


def write(*, snom: Program, lenovo: Program, now: datetime) -> None:
    """Teach, book, certify and hand in as Snom's, Lenovo's and their partners' people would have."""
    technical = Training.objects.select_related("program__vendor").get(program=snom, code="technical")
    Snom(technical, now).write()
    _lenovo(lenovo, now)


@dataclass(frozen=True)
class Snom:
    training: Training
    now: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def manager(self) -> Actor:
        return Actor.of(accounts.manager_of(self.training.program.vendor))

    def write(self) -> None:
        shown, *others = _technicians(self.training.program, self.today - timedelta(days=HELD_AGO + 20), self.today)
        self._held(others[:3])
        self._expiring(shown)
        self._waiting(others[3])
        self._from_elsewhere()
        self._full([others[2], others[4], shown, others[3]])
        self._open([shown], in_days=26, place="Berlin, Lietzenburger Straße 88")
        self._open(others[3:5], in_days=61, link="https://meet.example/snom-technik")

    def _held(self, there: Sequence[Member]) -> None:
        """Five months ago; the last one booked did not come."""
        day = _tuesday(self.today - timedelta(days=HELD_AGO))
        seat = self._plan(day, seats=8, place="Hamburg, Kurze Mühren 1")
        booked = [self._book(seat, member, day - timedelta(days=20)) for member in there]
        evening = seat.ends_at + timedelta(hours=1)
        attendance.close(
            training_date=seat,
            listed=[each.pk for each in booked],
            attended=[each.pk for each in booked[:-1]],
            actor=self.manager,
            now=evening,
            today=timezone.localdate(evening),
        )

    def _expiring(self, member: Member) -> None:
        """From elsewhere, and accepted: its validity is over in a few weeks."""
        assert self.training.validity_months is not None
        issued_on = months_after(self.today + timedelta(days=EXPIRES_IN), -self.training.validity_months)
        claim = self._hand_in(member, issued_on, self.now - timedelta(days=200))
        decided = self.now - timedelta(days=199)
        certificates.accept(
            claim=claim, valid_until=None, actor=self.manager, now=decided, today=timezone.localdate(decided)
        )

    def _from_elsewhere(self) -> None:
        """Owners of companies with a tier that asks for it, where nobody was taught by Snom; every sixth has none."""
        taught = Certificate.objects.filter(training=self.training).values("partner")
        held = EnrolmentTier.objects.filter(
            enrolment__program=self.training.program, tier__code__in=("silver", "gold"), valid__contains=self.today
        )
        owners = Member.objects.filter(role=Member.Role.OWNER, partner__enrolments__in=held.values("enrolment"))
        for place, owner in enumerate(owners.exclude(partner__in=taught).order_by("partner__number")):
            if place % 6 == 5:
                continue
            handed_in = self.now - timedelta(days=280 - 7 * place)
            day = timezone.localdate(handed_in)
            claim = self._hand_in(owner, day - timedelta(days=20), handed_in)
            decided = handed_in + timedelta(hours=4)
            certificates.accept(claim=claim, valid_until=None, actor=self.manager, now=decided, today=day)

    def _waiting(self, member: Member) -> None:
        issued_on = self.today - timedelta(days=45)
        until = issued_on + timedelta(days=3 * 365)
        self._hand_in(member, issued_on, self.now - timedelta(days=1), until)

    def _full(self, members: Sequence[Member]) -> None:
        """Two seats, and two who wait for one."""
        soon = _tuesday(self.today + timedelta(days=9))
        seat = self._plan(soon, seats=2, place="Köln, Im Mediapark 5", book_until=soon - timedelta(days=2))
        for member in members:
            self._book(seat, member, self.today - timedelta(days=6))

    def _open(self, members: Sequence[Member], *, in_days: int, place: str = "", link: str = "") -> None:
        seat = self._plan(_tuesday(self.today + timedelta(days=in_days)), seats=10, place=place, link=link)
        for member in members:
            self._book(seat, member, self.today - timedelta(days=3))

    # --- how they do it ----------------------------------------------------------------------------------------------

    def _plan(
        self, day: date, *, seats: int, place: str = "", link: str = "", book_until: date | None = None
    ) -> TrainingDate:
        return _plan(self.training, self.manager, day, seats=seats, place=place, link=link, book_until=book_until)

    def _book(self, seat: TrainingDate, member: Member, day: date) -> Booking:
        return bookings.book(
            training_date=seat,
            partner=member.partner,
            user=member.user,
            actor=Actor.of(member.user),
            now=_at(day, 10),
            today=day,
        )

    def _hand_in(self, member: Member, issued_on: date, at: datetime, until: date | None = None) -> CertificateClaim:
        return certificates.hand_in(
            training=self.training,
            partner=member.partner,
            holder=member.user,
            paper=Paper(ACADEMY, issued_on, Proof("zertifikat.pdf", b"%PDF-1.4\n% Zertifikat der Demo\n"), until),
            actor=Actor.of(member.user),
            now=at,
            today=timezone.localdate(at),
        )


def _lenovo(program: Program, now: datetime) -> None:
    """For owners and sales, online, never expiring."""
    manager = Actor.of(accounts.manager_of(program.vendor))
    today = timezone.localdate(now)
    training = catalogue.offer(program=program, code="top-sellers", what=LENOVO_OFFER, actor=manager)
    seat = _plan(
        training, manager, _tuesday(today + timedelta(days=19)), seats=40, link="https://meet.example/topseller"
    )
    partner = Partner.objects.get(number=accounts.shown_partner_number())
    seller = User.objects.get(email=f"sales@{SHOWN}.example")
    bookings.book(
        training_date=seat, partner=partner, user=seller, actor=Actor.of(seller), now=now - timedelta(days=1),
        today=today - timedelta(days=1),
    )  # fmt: skip


def _plan(
    training: Training,
    manager: Actor,
    day: date,
    *,
    seats: int,
    place: str = "",
    link: str = "",
    book_until: date | None = None,
) -> TrainingDate:
    """From nine to five, over as many days as the training takes."""
    last = day + timedelta(days=max(int(training.days) - 1, 0))
    until = book_until or day - timedelta(days=7)
    schedule = Schedule(_at(day, 9), _at(last, 17), seats, until, place=place, link=link)
    return catalogue.plan(training=training, schedule=schedule, actor=manager)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _tuesday(day: date) -> date:
    """That day, or the next one that is a Tuesday."""
    return day + timedelta(days=(1 - day.weekday()) % 7)


def _technicians(program: Program, since: date, until: date) -> list[Member]:
    """Of companies that take part on all of these days, the shown company's first."""
    active = EnrolmentStatus.objects.filter(
        enrolment__program=program, status=EnrolmentStatus.Status.ACTIVE, valid__contains=DateRange(since, until)
    )
    members = Member.objects.filter(role=Member.Role.TECHNICIAN, partner__enrolments__in=active.values("enrolment"))
    found = list(members.select_related("partner", "user").order_by("partner__number"))
    shown = accounts.shown_partner_number()
    return sorted(found, key=lambda member: member.partner.number != shown)
