"""Every address of the portal, found by walking the resolver, with objects to fill its places.

Each address is asked for in up to three ways: with our `own` objects (of the vendor, the reseller, the distributor),
with a `foreign` object of the rivals in its last places, and with a `missing` one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from common import notices, unsubscribing
from common.access import Actor, ActorQuerySet
from common.dated import since
from common.models import ApiToken, OutboxMail, User
from common.periods import Period
from common.proofs import Proof
from common.tokens import Scope
from deals.models import Deal
from invoices.models import Invoice
from partners.models import (
    AccessRequest,
    Application,
    BankAccount,
    BankAccountUse,
    BroughtContact,
    CompanyChange,
    Enrolment,
    IndividualAgreement,
    MemberInvitation,
    ParticipationStep,
    Partner,
    Succession,
    TaxStatus,
    VendorNumber,
)
from programs.models import Distributor, Product, Program, StaffInvitation, Vendor
from rebates import adjusting, closing
from rebates.adjusting import Proposal
from rebates.models import Closing, ManualAdjustment
from rebates.status import claiming
from sales import uploads
from sales.golive import files
from sales.models import ArticleNumber, Claim, CustomerNumber, PartnerImport, Upload
from tests import teams
from tests.deals.populated import dealt
from tests.invoices.populated import uploaded
from tests.partners import banking
from tests.partners.applying import applied, asks_for_access, asks_to_change, open_to_all
from tests.programs.wordings import worded
from tests.rebates.payments.paying import DAY
from tests.world import World
from tiers.models import BulkMove, TierDecision, TierMove

Variant = Literal["own", "foreign", "missing"]
VARIANTS: tuple[Variant, ...] = ("own", "foreign", "missing")
AREAS = ("partner", "vendor", "distributor")
MISSING_ID = 999_999_999
Kwargs = dict[str, Any]
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    route: str
    """As the resolver knows it: "partner/<slug:partner>/sales/". """
    name: str
    """With its namespaces: "sales:partner-sales"."""
    places: tuple[str, ...]

    @property
    def kind(self) -> Literal["admin", "api", "account", "page"]:
        for kind, start in (("admin", "admin/"), ("api", "api/"), ("account", "account/")):
            if self.route.startswith(start) and not self.name.startswith("common:"):
                return kind  # type: ignore[return-value]
        return "page"

    def path(self, kwargs: Mapping[str, Any]) -> str:
        filled = _PLACE.sub(lambda place: str(kwargs[place[1] or place[2]]), self.route)
        return "/" + filled.replace("^", "").replace("$", "")


def addresses() -> list[Address]:
    """In the order of the resolver, an address that is there twice once."""
    found = {address.route: address for address in reversed(list(_walk(get_resolver(), "", "")))}
    return list(reversed(found.values()))


def _walk(resolver: URLResolver, route: str, names: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        below = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, below, names + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern):
            places = tuple(place[1] or place[2] for place in _PLACE.finditer(below))
            yield Address(below, names + (pattern.name or ""), places)


# --- objects for the places -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Populated:
    """The world with closings of two quarters, an article number, a token, a question, a file to be checked, an
    application, a file with partners, a case study, somebody who asks for access, and a training with all that belongs
    to it, each in our hands and in those of the rivals."""

    world: World
    closing: Closing
    rival_closing: Closing
    article: ArticleNumber
    rival_article: ArticleNumber
    token: ApiToken
    rival_token: ApiToken
    claim: Claim
    rival_claim: Claim
    upload: Upload
    rival_upload: Upload
    application: Application
    rival_application: Application
    partner_import: PartnerImport
    rival_partner_import: PartnerImport
    access: AccessRequest
    rival_access: AccessRequest
    invitation: MemberInvitation
    rival_invitation: MemberInvitation
    staff_invitation: StaffInvitation
    rival_staff_invitation: StaffInvitation
    change: CompanyChange
    rival_change: CompanyChange
    taught: Taught
    rival_taught: Taught
    case_study: CaseStudy
    rival_case_study: CaseStudy
    invoice: Invoice
    rival_invoice: Invoice
    adjustment: ManualAdjustment
    rival_adjustment: ManualAdjustment
    account: BankAccount
    rival_account: BankAccount
    paying: Paying
    rival_paying: Paying
    deal: Deal
    rival_deal: Deal
    change_secret: str
    """Of the link in the mail to the old address, with which the reseller's owner changes to another one."""


def populate() -> Populated:
    world = build_world()
    worded(world.vendor, world.vendor_admin, opening="Dear {partner}")
    worded(world.rival_vendor, world.rival_vendor_admin, opening="Hello {partner}")
    open_to_all(world.program)
    open_to_all(world.rival_program)
    for enrolment in (world.enrolment, world.rival_enrolment):
        IndividualAgreement.objects.create(enrolment=enrolment, valid=since(TODAY), note="On paper only")
    _company_life(world.enrolment, world.channel_manager)
    _company_life(world.rival_enrolment, world.rival_channel_manager)
    _tier_life(world.enrolment, world.channel_manager)
    _tier_life(world.rival_enrolment, world.rival_channel_manager)
    closings = {}
    for period in ("2026Q2", "2026Q3"):
        for program in (world.program, world.rival_program):
            opened = closing.open_closing(program=program, period=Period.parse(period), today=TODAY, now=NOW)
            closings[program] = closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    for program in (world.program, world.rival_program):
        claiming.begin(program=program)
    account = banking.record(world.reseller, world.reseller_finance)
    rival_account = banking.record(world.rival, world.rival_owner, iban=banking.ANOTHER)
    return Populated(
        world,
        closings[world.program],
        closings[world.rival_program],
        _article(world.topseller, world),
        _article(world.server, world),
        _token(world.reseller_owner),
        _token(world.rival_owner),
        ask_for_missing(world, proof=PDF),
        ask_for_missing(
            world,
            by=world.rival_owner,
            partner=world.rival,
            vendor=world.rival_vendor,
            sale={"distributor": None},
            proof=PDF,
        ),
        _upload(world.vendor, world.distributor),
        _upload(world.rival_vendor, world.rival_distributor),
        applied(world.reseller, world.program, world.reseller_owner),
        applied(world.rival, world.rival_program, world.rival_owner),
        _partner_import(world.program),
        _partner_import(world.rival_program),
        asks_for_access(world.reseller, "colleague"),
        asks_for_access(world.rival, "rival_colleague"),
        teams.invite(world),
        teams.invite(world, RIVAL, partner=world.rival, actor=Actor.of(world.rival_owner)),
        teams.invite_staff(world),
        teams.invite_staff(world, RIVAL_STAFF, vendor=world.rival_vendor, actor=Actor.of(world.rival_vendor_admin)),
        asks_to_change(world.reseller, world.reseller_owner, world.vendor),
        asks_to_change(world.rival, world.rival_owner, world.rival_vendor),
        *taught(world),
        _case_study(world, world.enrolment, world.reseller_owner, world.channel_manager),
        _case_study(world, world.rival_enrolment, world.rival_owner, world.rival_channel_manager),
        *uploaded(world),
        _adjustment(world.program, world.reseller, world.vendor_finance),
        _adjustment(world.rival_program, world.rival, world.rival_vendor_finance),
        account,
        rival_account,
        paying(account, world.vendor, world.vendor_finance),
        paying(rival_account, world.rival_vendor, world.rival_vendor_finance),
        *dealt(world),
        _secret_of_change(world.reseller_owner),
    )


def _case_study(world: World, enrolment: Enrolment, writer: User, manager: User) -> CaseStudy:
    """With a file; returned and handed in again."""
    study = studies.handed_in(world, enrolment=enrolment, by=writer, proof=studies.PNG)
    studies.send_back(world, study, by=manager)
    study.refresh_from_db()
    return studies.rewrite(world, study, by=writer, hand_in=True)


def _company_life(enrolment: Enrolment, manager: User) -> None:
    """What a vendor brought along with the company, decided about it, and merged into it."""
    partner, vendor = enrolment.partner, enrolment.program.vendor
    TaxStatus.objects.create(partner=partner, status=TaxStatus.Status.SMALL_BUSINESS, valid=since(TODAY))
    VendorNumber.objects.create(vendor=vendor, partner=partner, number=f"D-{partner.pk}")
    BroughtContact.objects.create(
        vendor=vendor, partner=partner, address=f"buyer-{partner.pk}@example.com", first_name="Paula",
        last_name="Buyer", role="sales", language="en", imported_at=NOW,
    )  # fmt: skip
    ParticipationStep.objects.create(
        enrolment=enrolment, step=ParticipationStep.Step.RESUMED, on=TODAY, reason="Paid again", author=manager, at=NOW
    )
    Succession.objects.create(
        vendor=vendor, source=Partner.objects.create(name="Altbestand GmbH"), target=partner, on=TODAY,
        reason="Takeover", by=manager, at=NOW,
    )  # fmt: skip


def _tier_life(enrolment: Enrolment, manager: User) -> None:
    """A proposed rise to a tier that asks for a check, which somebody made, and a decision from a move of many."""
    tier = enrolment.program.tiers.order_by("-rank")[0]
    tier.requirements = [{"kind": "manual", "code": "showroom", "de": "Ausstellung", "en": "A showroom"}]
    tier.save()
    TierMove.objects.create(enrolment=enrolment, direction="rise", to_tier=tier, opened_on=TODAY)
    TierStanding.objects.create(enrolment=enrolment, program=enrolment.program, assessed_on=TODAY)
    bulk = BulkMove.objects.create(
        program=enrolment.program, to_tier=tier, reason="Jubilee", moved_on=TODAY, moved_by=manager
    )
    TierDecision.objects.create(
        enrolment=enrolment, tier=tier, bulk=bulk, valid=since(TODAY, TODAY + timedelta(days=90)),
        reason="As agreed", decided_by=manager, decided_at=NOW,
    )  # fmt: skip
    ManualCheck.objects.create(
        enrolment=enrolment, code="showroom", evidence="Seen it", valid=since(TODAY), checked_by=manager,
        checked_at=NOW,
    )  # fmt: skip


RIVAL, RIVAL_STAFF = "newcomer@rheinblick.example", "newcomer@ibm.example"


def _secret(address: str) -> str:
    return teams.link(address).split("/")[-2]


def _article(product: Product, world: World) -> ArticleNumber:
    return ArticleNumber.objects.create(
        vendor=product.vendor, distributor=world.distributor, number=f"A-{product.article}", product=product
    )


def _token(user: User) -> ApiToken:
    return tokens.issue(user=user, name="ERP", scopes=[Scope.SALES], expires_at=NOW + timedelta(days=7), now=NOW)[0]


def _adjustment(program: Program, partner: Partner, by: User) -> ManualAdjustment:
    proposal = Proposal(program, partner, Decimal("12.50"), "Agreed on the telephone", Proof("note.pdf", PDF.content))
    return adjusting.propose(proposal=proposal, actor=Actor.of(by), now=NOW)


def _upload(vendor: Vendor, distributor: Distributor) -> Upload:
    return uploads.receive(
        actor=Actor.system(),
        vendor=vendor,
        distributor=distributor,
        file_name="november.csv",
        content=report(*ROWS),
        user=None,
        now=NOW,
    )


def _partner_import(program: Program) -> PartnerImport:
    """A file with partners that has an error, so that there is one to download."""
    return files.receive(
        actor=Actor.system(),
        vendor=program.vendor,
        program=program,
        file_name="partners.csv",
        content=b"Firma;Land\nNordlicht IT GmbH;Narnia\n",
        user=None,
        now=NOW,
        today=TODAY,
    )


def _secret_of_change(user: User) -> str:
    email_change.start(user=user, new_address="another.address@example.com", now=NOW)
    mail = OutboxMail.objects.get(kind=account_mails.CONFIRM_OLD)
    return re.findall(r"/account/email/link/([^/]+)/", mail.text)[0]


def fillings(address: Address, there: Populated) -> dict[Variant, Kwargs]:
    """What to put into the places of an address, for each way of asking that makes sense."""
    if not address.places:
        return {"own": {}}
    if address.kind == "admin":
        return _admin(address, there.world)
    values = _values(address, there)
    if address.route.startswith("vendor/<slug:vendor>/payments/"):
        values["number"] = (1, None, 99)  # each vendor counts its own runs
    if address.route.startswith("partner/<slug:partner>/deals/"):
        values["number"] = (there.deal.number, there.rival_deal.number, 99)  # each partner counts its own deals
    inner = [place for place in address.places if place not in AREAS] or list(address.places)
    if address.name in ("rebates:explained", "rebates:account-with", "partners:apply", "partners:leave", "tiers:way"):
        # The reseller takes part in the rival's program as well, and anybody may apply for any.
        inner = list(address.places)
    if "mail" in address.places and "vendor" in address.places:
        inner = ["mail", "vendor"]  # the kinds of mail are the same for every vendor
    own = {place: values[place][0] for place in address.places}
    foreign = {place: values[place][1] for place in inner if values[place][1] is not None}
    missing = {inner[0]: values[inner[0]][2]}
    found: dict[Variant, Kwargs] = {"own": own, "missing": {**own, **missing}}
    if foreign:
        found["foreign"] = {**own, **foreign}
    return found


def _values(address: Address, there: Populated) -> dict[str, Callable[[], tuple[Any, Any, Any]]]:
    """Per place: ours, the rivals' (None: there is no such thing), and one that does not exist."""
    world = there.world
    return {
        "partner": (world.reseller.number, world.rival.number, "22222222"),
        "number": (world.reseller.number, world.rival.number, "22222222"),
        "vendor": (world.vendor.slug, world.rival_vendor.slug, "nobody"),
        "distributor": (world.distributor.slug, world.rival_distributor.slug, "nobody"),
        "program": (world.program.slug, world.rival_program.slug, "nothing"),
        "of": (world.vendor.slug, world.rival_vendor.slug, "nobody"),
        "currency": ("EUR", None, "XXX"),
        "code": (world.terms.code, world.rival_terms.code, "nothing"),
        "period": ("2026Q3", "2026Q3", "1999Q1"),
        "row": (world.waiting.pk, world.rival_waiting.pk, MISSING_ID),
        "pk": _numbered(address, there) if "pk" in address.places else (None, None, None),
        "secret": _secrets(address, there),
        "kind": ("sale", None, "nothing"),
        "anything": ("nothing", None, "nothing/at/all"),
        "column": ("main", None, "nothing"),
        "page": (1, None, 99),
        "deal": (there.deal.number, there.rival_deal.number, 99),
        "reference": (there.deal.reference, there.rival_deal.reference, f"{world.reseller.number}-99"),
        "year": (DAY.year, None, 1999),
        "file": (1, None, 99),
        "slug": (world.program.slug, None, "nothing"),
        "answer": ("decline", None, "nothing"),
        "part": ("customer", None, "nothing"),
        "change": ("suspend", None, "nothing"),
        "deal": _deal(address, there),
        "tier": (world.program.tiers.order_by("-rank")[0].code, None, "nothing"),
        "check": ("showroom", None, "nothing"),
        "key": ("made-up", None, "made-up-too"),
        "mail": ("settled", None, "nothing"),
        "uidb36": ("1", None, "2"),
        "token": (unsubscribe_token(world.reseller_owner), None, "made-up"),
    }


def _deal(address: Address, there: Populated) -> tuple[int, int, int]:
    """What the vendor writes for a partner is a draft."""
    writes = address.name in ("deals:vendor-deal-write", "deals:vendor-deal-discard")
    own, rival = (there.dealt.draft, there.rival_dealt.draft) if writes else (there.dealt.deal, there.rival_dealt.deal)
    return own.number, rival.number, MISSING_ID


def unsubscribe_token(user: User) -> str:
    return unsubscribing.link(user_id=user.pk, kind="settled").split("/")[-2]


def _notice(user: User) -> OutboxMail:
    return notices.notices_of(actor=Actor.of(user)).latest("pk")


def _secret(address: str) -> str:
    return teams.link(address).split("/")[-2]


def _secrets(address: Address, there: Populated) -> tuple[str, str | None, str]:
    """Of the links in mails: about a change of address, or invitations into companies or to vendors."""
    if address.name.startswith("common:"):
        return there.change_secret, None, "made-up"
    if address.name.startswith("programs:"):
        return _secret(there.staff_invitation.address), _secret(there.rival_staff_invitation.address), "made-up"
    return _secret(there.invitation.address), _secret(there.rival_invitation.address), "made-up"


def _numbered(address: Address, there: Populated) -> tuple[Any, Any, Any]:
    """What `<int:pk>` means: the word before it says so, or two words where the numbers of something are meant."""
    world = there.world
    pairs: dict[str, Callable[[], tuple[Model | None, Model | None]]] = {
        "reports": lambda: (world.report, world.rival_report),
        "upload": lambda: (there.upload, there.rival_upload),
        "import": lambda: (there.partner_import, there.rival_partner_import),
        "uploads": lambda: (there.upload, there.rival_upload),
        "sales": lambda: (world.sale, world.rival_sale),
        "tokens": lambda: (there.token, there.rival_token),
        "closings": lambda: (there.closing, there.rival_closing),
        "held": lambda: (there.closing.items.first(), there.rival_closing.items.first()),
        "questions": lambda: (there.claim, there.rival_claim),
        "applications": lambda: (there.application, there.rival_application),
        "access-requests": lambda: (there.access, there.rival_access),
        "messages": lambda: (there.claim.messages.get(), there.rival_claim.messages.get()),
        "<slug:kind>": lambda: (world.sale, world.rival_sale),
        "customers/numbers": lambda: (
            CustomerNumber.objects.get(number="K-1"),
            CustomerNumber.objects.get(number="K-2"),
        ),
        "articles/numbers": (there.article, there.rival_article),
        "case-studies": (there.case_study, there.rival_case_study),
        "files": (there.case_study.files.get(), there.rival_case_study.files.get()),
        "invoices": (there.invoice, there.rival_invoice),
        "keys": (None, None),
        "attachments": (there.dealt.file, there.rival_dealt.file),
        "absences": (there.dealt.absence, there.rival_dealt.absence),
        "adjustments": (there.adjustment, there.rival_adjustment),
        "company-changes": (there.change, there.rival_change),
        "bank-account": (there.account, there.rival_account),
        "bank-accounts": (
            BankAccountUse.objects.get(account=there.account, vendor=world.vendor),
            BankAccountUse.objects.get(account=there.rival_account, vendor=world.rival_vendor),
        ),
        "people": lambda: (world.vendor_finance, world.rival_vendor_finance),
        "invitations": lambda: (there.staff_invitation, there.rival_staff_invitation),
        "moves": lambda: (
            TierMove.objects.get(enrolment=world.enrolment),
            TierMove.objects.get(enrolment=world.rival_enrolment),
        ),
        "decisions": lambda: (
            TierDecision.objects.get(enrolment=world.enrolment),
            TierDecision.objects.get(enrolment=world.rival_enrolment),
        ),
        "moved": lambda: (
            BulkMove.objects.get(program=world.program),
            BulkMove.objects.get(program=world.rival_program),
        ),
        "notices": lambda: (_notice(world.reseller_owner), _notice(world.rival_owner)),
        "outbox": lambda: (_notice(world.reseller_owner), None),
        "statements": lambda: (there.paying.of("statements"), there.rival_paying.of("statements")),
    }
    pairs["notices"] = (_notice(world.reseller_owner), _notice(world.rival_owner))
    pairs["outbox"] = (_notice(world.reseller_owner), None)
    pairs["statements"] = (there.paying.of("statements"), there.rival_paying.of("statements"))
    for word in ("trainings", "dates", "bookings", "certificates", "claims"):
        pairs[word] = (there.taught.of(word), there.rival_taught.of(word))
    if address.route.startswith("vendor/<slug:vendor>/payments/"):
        for word in ("<int:number>", "holds", "answers", "lines"):
            pairs[word] = (there.paying.of(word), there.rival_paying.of(word))
    if "/deals/" in address.route:
        for word in ("files", "attachments"):
            pairs[word] = (there.deal.files.get(), there.rival_deal.files.get())
    if address.route.startswith("partner/"):
        pairs["people"] = lambda: (world.reseller_sales, world.rival_owner)
        pairs["invitations"] = lambda: (there.invitation, there.rival_invitation)
    before = address.route.split("<int:pk>")[0].rstrip("/").split("/")
    word = "/".join(before[-2:]) if before[-1] == "numbers" else before[-1]
    own: Model | None
    rival: Model | None
    if word in ("trainings", "dates", "bookings", "certificates", "claims"):
        own, rival = there.taught.of(word), there.rival_taught.of(word)
    elif address.route.startswith(RUNS) and word in ("<int:number>", "holds", "answers", "lines"):
        own, rival = there.paying.of(word), there.rival_paying.of(word)
    else:
        own, rival = pairs[word]()
    return own.pk if own else MISSING_ID - 1, rival.pk if rival else None, MISSING_ID


def _admin(address: Address, world: World) -> dict[Variant, Kwargs]:
    """Rows of the model an address of the admin is about: one a vendor admin administers, one of somebody else."""
    place = address.places[-1]
    if place not in ("pk", "object_id"):
        return {"own": dict.fromkeys(address.places, "programs")}
    if "content_type_id" in address.places:
        kind = ContentType.objects.get_for_model(world.vendor).pk
        return {"own": {"content_type_id": kind, "object_id": world.vendor.pk}}
    label = ".".join(address.route.split("/")[1:3])
    rows = apps.get_model(label)._default_manager.order_by("pk")
    found: dict[Variant, Kwargs] = {"missing": {place: MISSING_ID}}
    own = rows.visible_to(Actor.of(world.vendor_admin)) if isinstance(rows, ActorQuerySet) else rows
    for variant, some in (("own", own), ("foreign", rows.exclude(pk__in=own.values("pk")))):
        if (row := some.first()) is not None:
            found[variant] = {place: row.pk}  # type: ignore[index]
    return found
