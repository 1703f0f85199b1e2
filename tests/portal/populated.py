"""The world with something of everything in it that an address can be about, ours and the rivals'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from common import account_mails, email_change, tokens
from common.access import Actor
from common.dated import since
from common.models import ApiToken, OutboxMail, User
from common.periods import Period
from common.proofs import Proof
from common.tokens import Scope
from invoices.models import Invoice
from partners.models import (
    AccessRequest,
    Application,
    BankAccount,
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
from sales.models import ArticleNumber, Claim, PartnerImport, Upload
from tests import teams
from tests.deals.populated_partner import Registered, registered
from tests.deals.populated_vendor import Dealt, dealt
from tests.invoices.populated import uploaded
from tests.partners import banking
from tests.partners.applying import applied, asks_for_access, asks_to_change, open_to_all
from tests.programs.wordings import worded
from tests.rebates.payments.populated import Paying, paying
from tests.sales.asking import PDF, ask_for_missing
from tests.sales.sending import ROWS, report
from tests.tiers import studies
from tests.trainings.populated import Taught, taught
from tests.world import NOW, TODAY, World, build_world
from tiers.models import BulkMove, CaseStudy, ManualCheck, TierDecision, TierMove, TierStanding


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
    deals: Registered
    rival_deals: Registered
    dealt: Dealt
    rival_dealt: Dealt
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
        *registered(world),
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
