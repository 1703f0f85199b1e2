"""The demo: the same data for the same day, through the real services, with figures worth looking at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import global_settings as default_settings
from django.conf import settings as configuration
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from common.access import DISTRIBUTOR, PARTNER, VENDOR, Actor
from common.models import OutboxMail, User
from deals.models import Conflict, Deal, DealProof, DealStep, Extension
from partners.models import Enrolment, EnrolmentStatus, MemberInvitation, Partner
from portal.demo import accounts, samples, seeding
from portal.demo.companies import COMPANIES, SHOWN, TRYOUTS
from portal.demo.people import PASSWORD
from portal.testing import clone_database, django_on
from programs.models import Absence, Distributor, Program, Vendor
from rebates.accounts import balances
from rebates.changes import changes_of
from rebates.closing import ensure_due_closings
from rebates.explained import explain_period
from rebates.live import live_figures
from rebates.models import Closing, ClosingItem, LedgerEntry, ManualAdjustment, Settlement, WeeklyStatus
from sales.claim_selectors import candidates_for
from sales.importing import import_sellout
from sales.models import Claim, ClaimMessage, SaleLine, SellOutReport, Standing, WaitingRow
from sales.standing import standings
from tests.demo import WrittenDemo
from tests.world import NOW, TODAY

SAMPLES = configuration.BASE_DIR / "docs" / "samples"
WRITTEN = NOW + timedelta(minutes=5)
"""The clock ran on until the data was written."""


@dataclass(frozen=True)
class Demo:
    """A database with the demo's data, what seeding said, and the digest of what it wrote."""

    database: str
    seeded: seeding.Seeded
    digest: str


@pytest.fixture(scope="module")
def written(written_demo: WrittenDemo, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    with clone_database(written_demo.database, f"{written_demo.database}_looked_at") as name:
        with django_on(name, django_db_blocker):
            made = Demo(name, written_demo.seeded, digest())
        yield made


@pytest.fixture
def demo(written: Demo, django_db_blocker: DjangoDbBlocker) -> Iterator[seeding.Seeded]:
    """The demo's data, read by this process; what a test changes is undone."""
    with django_on(written.database, django_db_blocker), transaction.atomic():
        yield written.seeded
        transaction.set_rollback(True)


def earned(vendor: str, *slugs: str) -> list[tuple[str, str]]:
    """Attainment and rebate of these companies in the running quarter."""
    numbers = {company.slug: company.number for company in (*COMPANIES, *TRYOUTS)}
    found = []
    for slug in slugs:
        enrolment = Enrolment.objects.get(partner__number=numbers[slug], program__vendor__slug=vendor)
        (figure,) = live_figures(enrolments=[enrolment], today=TODAY)
        found.append((f"{figure.settlement.attainment:.2f}", str(figure.settlement.amount)))
    return found


def digest() -> str:
    """Of everything that matters, without the database's own numbers and times."""
    told = hashlib.sha256()
    lines = SaleLine.objects.order_by("vendor__slug", "distributor__slug", "evidence", "document_key", "document_line")
    settlements = Settlement.objects.order_by("enrolment__partner__number", "terms__code", "closing__period", "period")
    tiers = Enrolment.objects.order_by("partner__number", "program__slug", "tiers__valid")
    for rows in (
        Partner.objects.order_by("number").values_list("number", "name", "street", "vat_id"),
        User.objects.order_by("email").values_list("email", "first_name", "last_name"),
        tiers.values_list("partner__number", "program__slug", "tiers__tier__code", "tiers__valid"),
        lines.values_list(
            "document_key", "document_line", "partner__number", "article", "quantity", "net", "counts_on"
        ),
        WaitingRow.objects.order_by("document_key").values_list("document_key", "customer_name", "quantity"),
        settlements.values_list("enrolment__partner__number", "terms__code", "closing__period", "period", "amount"),
    ):
        told.update(repr(list(rows)).encode())
    return told.hexdigest()


def test_the_same_day_gives_the_same_data(written: Demo, db: None) -> None:
    seeding.seed(today=TODAY, now=NOW)
    assert digest() == written.digest


def test_three_vendors_five_distributors_and_about_sixty_partners(demo: seeding.Seeded) -> None:
    assert sorted(Vendor.objects.values_list("slug", flat=True)) == ["ibm", "lenovo", "snom"]
    assert Distributor.objects.count() == 5
    assert len(COMPANIES) == 60
    assert Partner.objects.count() == demo.partners + 5 == 72
    assert len({company.name for company in COMPANIES}) == len({company.number for company in COMPANIES}) == 60
    assert {company.country for company in COMPANIES} == {"DE", "AT", "CH", "FR"}


@pytest.mark.parametrize("vendor", ["snom", "lenovo", "ibm"])
def test_a_fifth_of_the_partners_makes_most_of_the_revenue(demo: seeding.Seeded, vendor: str) -> None:
    sales = SaleLine.objects.filter(vendor__slug=vendor, net__isnull=False).values("partner")
    revenues = sorted(sales.annotate(total=Sum("net")).values_list("total", flat=True), reverse=True)
    assert sum(revenues[: len(revenues) // 5]) > sum(revenues) * Decimal("0.65")


def test_four_quarters_are_closed_and_the_fifth_runs(demo: seeding.Seeded) -> None:
    closings = Closing.objects.order_by("ends_on").values_list("period", "state")
    periods = [period for period, _state in closings]
    assert sorted(set(periods), key=periods.index) == ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    assert len(periods) == demo.closings == 12
    assert {state for _period, state in closings} == {"sealed"}
    entries = LedgerEntry.objects.filter(settlement__isnull=False)
    assert Settlement.objects.exclude(amount=0).count() == entries.count() > 200


def test_no_further_closing_is_due(demo: seeding.Seeded) -> None:
    assert ensure_due_closings(today=TODAY, now=NOW) == []


def test_late_reports_lead_to_adjustments(demo: seeding.Seeded) -> None:
    assert Settlement.objects.filter(entry__kind="adjustment").exists()


def test_the_shown_partner_has_an_adjustment_that_names_its_late_sale(demo: seeding.Seeded) -> None:
    shown = Settlement.objects.filter(
        entry__kind="adjustment", enrolment__partner__number=accounts.shown_partner_number()
    )
    settled = shown.select_related("closing", "enrolment__program__vendor", "terms").get()
    explained = explain_period(enrolment=settled.enrolment, code=settled.terms.code, period=settled.period, today=TODAY)
    (change,) = changes_of(explained)
    assert [str(part.cause) for part in change.parts] == ["late", "rest"]
    assert sum(part.amount for part in change.parts) == settled.amount > 0


def test_amounts_are_adjusted_by_hand_one_waits_and_one_partner_is_below_zero(demo: seeding.Seeded) -> None:
    states = ManualAdjustment.objects.filter(program__vendor__slug="snom").order_by("state")
    assert list(states.values_list("state", flat=True)) == ["booked", "booked", "proposed"]
    below_zero = [
        each for each in balances(vendor=Vendor.objects.get(slug="snom"), actor=Actor.system()) if each.carried
    ]
    assert [each.carried for each in below_zero] == [Decimal("60.00")]


def test_reports_have_rows_that_wait_are_known_already_come_back_or_have_no_value(demo: seeding.Seeded) -> None:
    sums = SellOutReport.objects.aggregate(rows=Sum("rows"), unmatched=Sum("unmatched"), duplicates=Sum("duplicates"))
    assert sums["unmatched"] == WaitingRow.objects.filter(state="waiting").count() > 10
    assert sums["duplicates"] > 0
    assert SaleLine.objects.filter(quantity__lt=0).exists()
    assert SaleLine.objects.filter(net__isnull=True).exists()
    assert SaleLine.objects.filter(evidence="invoice", vendor__slug="snom").count() > 300
    assert not SaleLine.objects.filter(evidence="invoice").exclude(vendor__slug="snom").exists()
    statuses = set(EnrolmentStatus.objects.values_list("status", flat=True))
    assert statuses == {"applied", "active", "suspended", "ended"}


def test_one_of_lenovos_partners_sleeps_and_others_are_awake(demo: seeding.Seeded) -> None:
    kept = standings(vendor=Vendor.objects.get(slug="lenovo"), currency="EUR", today=TODAY)
    asleep = kept.filter(activity=Standing.Activity.SLEEPING)
    assert list(asleep.values_list("partner__name", flat=True)) == ["Eichsee Datensysteme GmbH"]
    assert kept.filter(activity=Standing.Activity.ACTIVE).count() > 10


def test_nothing_happens_in_the_future(demo: seeding.Seeded) -> None:
    assert not SaleLine.objects.filter(document_date__gt=TODAY).exists()
    assert not SellOutReport.objects.filter(uploaded_at__gt=WRITTEN).exists()
    assert not Closing.objects.filter(sealed_at__gt=WRITTEN).exists()


def test_some_partners_stand_right_at_the_bounds(demo: seeding.Seeded) -> None:
    assert earned("lenovo", SHOWN, "rautental", "moorkamp", "gaik") == [
        ("47.00", "470.00"),
        ("10.00", "50.00"),
        ("9.00", "0.00"),
        ("51.00", "765.00"),
    ]
    assert earned("ibm", "zweistrom", "haselgrund", "nordhaven") == [
        ("9999.99", "0.00"),
        ("225000.00", "9900.00"),
        ("431250.00", "14800.00"),
    ]


def test_an_individual_agreement_stays_untouched_at_lenovo_and_shuts_out_of_10hoch4(demo: seeding.Seeded) -> None:
    (units, lenovo), (revenue, ibm) = earned("lenovo", "ostlicht")[0], earned("ibm", "ostlicht")[0]
    assert Decimal(lenovo) > 0
    assert (revenue, ibm) == ("0.00", "0.00")
    assert Decimal(units) > 0


def test_the_sample_reports_give_the_figures_of_the_programs_tables(demo: seeding.Seeded) -> None:
    slugs = [company.slug for company in TRYOUTS]
    assert {amount for _units, amount in [*earned("lenovo", *slugs), *earned("ibm", *slugs)]} == {"0.00"}
    for vendor, file in (("lenovo", "lenovo-q4.csv"), ("ibm", "ibm-10hoch4-q4.csv")):
        result = import_sellout(
            actor=Actor.system(),
            vendor=Vendor.objects.get(slug=vendor),
            distributor=Distributor.objects.get(slug=samples.TRYOUT_DISTRIBUTOR),
            file_name=file,
            content=(SAMPLES / file).read_bytes(),
            uploaded_by=None,
            now=NOW,
            today=TODAY,
        )
        assert (result.unmatched, result.duplicate) == (0, 0)
    assert earned("lenovo", *slugs) == [
        ("9.00", "0.00"),
        ("10.00", "50.00"),
        ("24.00", "120.00"),
        ("25.00", "250.00"),
        ("49.00", "490.00"),
        ("50.00", "750.00"),
        ("51.00", "765.00"),
    ]
    assert earned("ibm", *slugs[:6]) == [
        ("9999.99", "0.00"),
        ("10000.00", "1000.00"),
        ("50000.00", "5000.00"),
        ("225000.00", "9900.00"),
        ("400000.00", "14800.00"),
        ("500000.00", "14800.00"),
    ]


@pytest.mark.parametrize(("vendor", "file"), [("lenovo", "lenovo-q4.csv"), ("ibm", "ibm-10hoch4-q4.csv")])
def test_the_sample_files_are_what_the_command_prints_for_their_quarter(vendor: str, file: str) -> None:
    out = StringIO()
    call_command("demo_report", vendor, today="2026-12-31", stdout=out)
    assert out.getvalue().encode() == (SAMPLES / file).read_bytes()


def test_every_printed_login_signs_in_with_its_role(demo: seeding.Seeded, client: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = default_settings.PASSWORD_HASHERS
    roles = []
    for login in accounts.logins():
        answer = client.post("/account/login/", {"login": login.email, "password": login.password})
        assert answer.status_code == 302, login.email
        user = User.objects.get(email=login.email)
        assert user.is_demo
        actor = Actor.of(user)
        held = {
            role for scope in (PARTNER, VENDOR, DISTRIBUTOR) for roles in actor.roles[scope].values() for role in roles
        }
        roles.append(" ".join(sorted(held)) or ("platform admin" if actor.is_platform_admin else ""))
        client.logout()
    assert roles == [
        "owner",
        "finance",
        "sales",
        "technician",
        "channel_manager",
        "finance",
        "finance",
        "finance",
        "admin",
        "reporter",
        "platform admin",
    ]


def test_mail_waits_for_the_shown_partner_alone(demo: seeding.Seeded) -> None:
    waiting = ClosingItem.objects.filter(announced_at__isnull=True)
    assert set(waiting.values_list("enrolment__partner__number", "closing__period")) == {
        (accounts.shown_partner_number(), "2026Q3")
    }


def test_the_shown_partners_people_have_this_weeks_status_mails(demo: seeding.Seeded) -> None:
    mails = OutboxMail.objects.filter(kind="standing", state=OutboxMail.State.PENDING)
    assert {mail.address.partition("@")[2] for mail in mails} == {"morgenbrueck.example"}
    assert {mail.period[:7] for mail in mails} == {"2026W47"}
    assert len({mail.period for mail in mails}) == 3, "one per program"
    assert set(WeeklyStatus.objects.values_list("week", flat=True)) <= {"2026W46", "2026W47"}
    assert any(" 9. November: +" in mail.text for mail in mails), "what has changed since last week's"


def test_one_mail_was_refused_and_of_one_nobody_knows(demo: seeding.Seeded) -> None:
    failed, uncertain = OutboxMail.objects.exclude(error="").order_by("pk")
    assert (failed.state, uncertain.state) == (OutboxMail.State.FAILED, OutboxMail.State.UNCERTAIN)
    assert failed.text


def test_somebody_is_invited_to_the_shown_partners_team(demo: seeding.Seeded) -> None:
    invited = MemberInvitation.objects.get(accepted_at__isnull=True, revoked_at__isnull=True)
    assert invited.partner.number == accounts.shown_partner_number()


def test_questions_stand_in_every_state_that_needs_somebody(demo: seeding.Seeded) -> None:
    open_ones = Claim.objects.filter(partner__number=accounts.shown_partner_number(), state="open")
    assert set(Claim.objects.values_list("kind", "state")) == {
        ("missing", "open"),
        ("sale", "open"),
        ("sale", "asked_back"),
        ("settlement", "declined"),
    }
    assert open_ones.filter(due_on__lt=TODAY).exists()
    assert not ClaimMessage.objects.filter(at__gt=WRITTEN).exists()
    manager = Actor.of(User.objects.get(email="channel@lenovo.example"))
    assert candidates_for(Claim.objects.get(kind="missing"), actor=manager).waiting


def test_deals_stand_in_every_state_and_their_histories_are_the_services(demo: seeding.Seeded) -> None:
    own = Deal.objects.filter(partner__number=accounts.shown_partner_number())
    assert set(Deal.objects.values_list("state", flat=True)) == set(Deal.State)
    assert Deal.objects.count() > 20 < DealStep.objects.count()
    assert set(own.values_list("state", flat=True)) >= {"draft", "submitted", "asked_back", "protected", "won"}
    assert not DealStep.objects.filter(at__gt=WRITTEN).exists()
    won = Deal.objects.filter(state="won")
    assert not won.filter(proofs=None).exists()
    assert DealProof.objects.filter(line__isnull=False).count() >= won.count() == 3
    assert set(Deal.objects.filter(state="lapsed").values_list("lapse", flat=True)) == {"no_update", "expired"}
    assert DealStep.objects.filter(step="lapsed", deal__lapse="no_update").get().deal.reminded == 2


def test_what_waits_for_lenovos_channel_manager_is_a_conflict_an_overdue_one_and_an_extension(
    demo: seeding.Seeded,
) -> None:
    conflict = Conflict.objects.get(judged="open", deal__state="submitted", deal__vendor__slug="lenovo")
    assert conflict.other.partner.number == accounts.shown_partner_number()
    assert Deal.objects.filter(vendor__slug="lenovo", state="submitted", escalated_at__isnull=False).count() == 1
    assert Extension.objects.get(state="open").deal.vendor.slug == "lenovo"
    assert Absence.objects.filter(valid__contains=TODAY).get().deputy.email == "admin@snom.example"


def test_seeding_again_changes_nothing(demo: seeding.Seeded) -> None:
    before = digest()
    assert seeding.seed(today=date(2027, 1, 4), now=NOW) == seeding.Seeded(fresh=False)
    assert digest() == before


def test_on_the_first_day_of_a_quarter_there_is_a_demo_too(db: None) -> None:
    done = seeding.seed(today=date(2027, 1, 1), now=datetime(2027, 1, 1, 5, 0, tzinfo=UTC))
    assert done.closings == 12
    assert Closing.objects.order_by("-ends_on")[0].period == "2026Q4"
    assert SaleLine.objects.filter(counts_on=date(2027, 1, 1)).exists()
    assert not SaleLine.objects.filter(counts_on__gt=date(2027, 1, 1)).exists()


def test_an_interrupted_seeding_leaves_nothing_so_the_next_one_starts_anew(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        assert SaleLine.objects.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(seeding, "_close", power_cut)
    with pytest.raises(KeyboardInterrupt):
        seeding.seed(today=TODAY, now=NOW)
    assert not User.objects.exists()
    assert not Program.objects.exists()


def test_demo_data_is_not_mixed_with_other_data(db: None) -> None:
    User.objects.create_user("owner@example.com", "a password of somebody")
    with pytest.raises(seeding.NotEmpty):
        seeding.seed(today=TODAY, now=NOW)


def test_the_commands_work_in_demo_mode_only(db: None, settings: Settings) -> None:
    for command in ("seed_demo", "demo_logins"):
        with pytest.raises(CommandError, match="not a demo"):
            call_command(command)
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never written in production"):
        call_command("seed_demo", force=True)
    assert not User.objects.exists()


def test_the_commands_say_what_they_did(demo: seeding.Seeded, settings: Settings) -> None:
    settings.DEMO_MODE = True
    out = StringIO()
    call_command("seed_demo", json=True, stdout=out)
    assert json.loads(out.getvalue())["fresh"] is False
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert "owner@morgenbrueck.example" in out.getvalue()
    assert PASSWORD in out.getvalue()
    out = StringIO()
    call_command("demo_logins", json=True, stdout=out)
    assert len([json.loads(line) for line in out.getvalue().splitlines()]) == 11


@pytest.mark.parametrize("command", [("seed_demo", "--force"), ("demo_report", "ibm")])
def test_a_day_that_is_none_is_told_in_one_line(db: None, command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="2026-02-30 is no day"):
        call_command(*command, "--today", "2026-02-30")
