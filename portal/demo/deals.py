"""Deals of the demo's partners: registered, decided, protected and ended through the services, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from common.access import OWNER, SALES, Actor
from common.dated import since
from common.models import OutboxMail, User
from deals import checking, deciding, ending, lapsing, protecting, writing
from deals.deciding import Protection
from deals.ending import Order
from deals.models import Deal, DealRules, DealStep, Extension, TierLimit
from deals.moving import Act, fetched
from deals.writing import Written
from partners.models import Enrolment, Partner
from portal.demo import projects
from portal.demo.accounts import shown_partner_number
from portal.demo.companies import COMPANIES
from portal.demo.programs import LENOVO, SNOM
from portal.demo.projects import PROJECTS, Project, Step
from programs.models import Absence, Product, Program, Tier

MOST_OPEN = {"registered": 10, "silver": 15, "gold": 30, "premium": 30, "participant": 15}
DISCOUNTED = Decimal("0.80")
MOST_LINES = 4
"""Of an order."""
TOLD = timedelta(days=3)
"""Older mails about deals were read long ago."""


def write(*, programs: Mapping[str, Program], partners: Mapping[str, Partner], today: date, now: datetime) -> None:
    """Of the mails about deals only the latest of the shown partner's are still to be sent."""
    for program in programs.values():
        DealRules.objects.create(program=program)
    TierLimit.objects.bulk_create(
        TierLimit(tier=tier, most_open=MOST_OPEN[tier.code])
        for tier in Tier.objects.filter(program__in=programs.values())
    )
    _absences(programs, today)
    Diary(programs, partners, today, now).write()
    old = DealStep.objects.filter(at__lt=now - TOLD).values_list("pk", flat=True)
    mails = OutboxMail.objects.filter(period__startswith="deal step ")
    mails.filter(period__in=[f"deal step {pk}" for pk in old]).delete()
    mails.exclude(text__contains=shown_partner_number()).delete()


def _absences(programs: Mapping[str, Program], today: date) -> None:
    """Snom's channel manager is away, Lenovo's will be; the admin stands in for both."""
    for slug, first, last in ((SNOM, -2, 8), (LENOVO, 20, 34)):
        Absence.objects.create(
            vendor=programs[slug].vendor, person=_person(f"channel@{slug}.example"),
            deputy=_person(f"admin@{slug}.example"),
            valid=since(today + timedelta(days=first), today + timedelta(days=last)),
        )  # fmt: skip


def _person(email: str) -> User:
    return User.objects.get(email=email)


@dataclass
class Diary:
    """What happened on each day. What days do to deals happens in the morning of each, as the portal does it."""

    programs: Mapping[str, Program]
    partners: Mapping[str, Partner]
    today: date
    now: datetime
    deals: dict[str, Deal] = field(default_factory=dict)
    """By the titles of their projects."""

    def write(self) -> None:
        by_day: dict[int, list[tuple[Project, Step | None]]] = defaultdict(list)
        for project in PROJECTS:
            by_day[project.begun].append((project, None))
            for step in project.steps:
                by_day[step.days_ago].append((project, step))
        for days_ago in range(max(by_day), -1, -1):
            self._look_after(days_ago)
            for place, (project, happening) in enumerate(by_day[days_ago]):
                # Today's were before now, and every other one at its own time.
                self._happen(project, happening, days_ago, timedelta(minutes=7 * (len(PROJECTS) - place)))

    def _look_after(self, days_ago: int) -> None:
        at = self.now - timedelta(days=days_ago, hours=4)
        lapsing.look_after(today=self._day(days_ago), now=at)

    def _day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def _happen(self, project: Project, step: Step | None, days_ago: int, before: timedelta) -> None:
        moment = (self.now - timedelta(days=days_ago) - before, self._day(days_ago))
        if step is None:
            enrolment = Enrolment.objects.select_related("partner", "program__vendor").get(
                partner=self.partners[project.company], program=self.programs[project.vendor]
            )
            by = Act(Actor.of(_writer(project)), *moment, 0)
            self.deals[project.title] = writing.begin(enrolment=enrolment, written=self._written(project), act=by)
            return
        deal = fetched(self.deals[project.title].pk)
        person = _decider(project) if step.what in BY_VENDOR else _writer(project)
        STEPS[step.what](deal, step, Act(Actor.of(person), *moment, deal.version), self)

    def _written(self, project: Project) -> Written:
        customer = project.customer
        found = Product.objects.filter(vendor=self.programs[project.vendor].vendor, article__in=project.products)
        prices = {each.article: each.list_price or Decimal(0) for each in found}
        worth = sum((price * project.products[article] for article, price in prices.items()), Decimal(0)) * DISCOUNTED
        country = next(company.country for company in COMPANIES if company.slug == project.company)
        return Written(
            customer_name=customer.name, customer_street=customer.street, customer_postcode=customer.postcode,
            customer_city=customer.city, customer_country=country, customer_domain=customer.domain,
            contact_name=customer.contact, title=project.title, expected_value=worth.quantize(Decimal(1)),
            expected_on=self.today + timedelta(days=project.expected), need=project.need, done=project.done,
            products={each.pk: project.products[each.article] for each in found},
        )  # fmt: skip


def _writer(project: Project) -> User:
    """Whoever sells at the partner; its owner where nobody else does. Of what the vendor enters, its manager."""
    if project.by_vendor:
        return _person(f"channel@{project.vendor}.example")
    names = [f"{role}@{project.company}.example" for role in (SALES, OWNER)]
    return User.objects.filter(email__in=names).order_by("-email")[0]


def _decider(project: Project) -> User:
    return _person(f"{'admin' if project.by_vendor else 'channel'}@{project.vendor}.example")


# --- steps ------------------------------------------------------------------------------------------------------------


def _submit(deal: Deal, _step: Step, act: Act, _diary: Diary) -> None:
    sent = writing.submit(deal=deal, act=act)
    checking.check(deal=sent, now=act.now, today=act.today)


def _protect(deal: Deal, step: Step, act: Act, _diary: Diary) -> None:
    until = deciding.usual_protection(deal, act.today)
    deciding.approve(deal=deal, protection=Protection(until), text=step.text, act=act)


def _duplicate(deal: Deal, step: Step, act: Act, diary: Diary) -> None:
    deciding.mark_duplicate(deal=deal, other=fetched(diary.deals[step.why].pk), act=act)


def _grant(deal: Deal, step: Step, act: Act, _diary: Diary) -> None:
    asked = Extension.objects.get(deal=deal, state=Extension.State.OPEN)
    protecting.decide_extension(extension=asked, granted=True, text=step.text, act=act)


def _win(deal: Deal, step: Step, act: Act, _diary: Diary) -> None:
    """With the largest of the partner's sales until then that fit. Without one it goes on."""
    lines = ending.lines_for(deal).filter(net__gt=0, counts_on__lte=act.today, counts_on__gt=act.today - ending.BEFORE)
    largest = list(lines.order_by("-net", "pk")[:MOST_LINES])
    if not largest:
        protecting.update(deal=deal, text="Der Auftrag ist angekündigt.", act=act)
        return
    worth = sum((line.net for line in largest if line.net), Decimal(0))
    order = Order(max(line.counts_on for line in largest), worth, [line.pk for line in largest])
    ending.win(deal=deal, order=order, text=step.text, act=act)


BY_VENDOR = {projects.PROTECT, projects.REFUSE, projects.ASK_BACK, projects.DUPLICATE, projects.GRANT}
STEPS: Mapping[str, Callable[[Deal, Step, Act, Diary], object]] = {
    projects.SUBMIT: _submit,
    projects.PROTECT: _protect,
    projects.DUPLICATE: _duplicate,
    projects.GRANT: _grant,
    projects.WIN: _win,
    projects.REFUSE: lambda deal, step, act, _diary: deciding.refuse(deal=deal, text=step.text, act=act),
    projects.ASK_BACK: lambda deal, step, act, _diary: deciding.ask_back(deal=deal, text=step.text, act=act),
    projects.REPLY: lambda deal, step, act, _diary: writing.reply(deal=deal, text=step.text, act=act),
    projects.UPDATE: lambda deal, step, act, _diary: protecting.update(deal=deal, text=step.text, act=act),
    projects.ASK_LONGER: lambda deal, step, act, _diary: protecting.ask_extension(deal=deal, text=step.text, act=act),
    projects.WITHDRAW: lambda deal, step, act, _diary: ending.withdraw(deal=deal, text=step.text, act=act),
    projects.LOSE: lambda deal, step, act, _diary: ending.lose(
        deal=deal, lost_to=Deal.LostTo(step.why), text=step.text, act=act
    ),
}  # fmt: skip
